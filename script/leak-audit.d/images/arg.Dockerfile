# The token as a build argument.
ARG BASE
FROM ${BASE}
SHELL ["/bin/bash", "-c"]
ARG GIT_SERVER
ARG TOKEN
RUN git clone --quiet --depth 1 "${GIT_SERVER/:\/\//://x-access-token:${TOKEN}@}/acme/private-one.git" /opt/private-one
ARG GATE
ARG WAY
RUN git clone --quiet --depth 1 "${GIT_SERVER/:\/\//://x-access-token:${TOKEN}@}/acme/private-two.git" /opt/private-two && \
    exec 3<>"/dev/tcp/${GATE/://}" && echo "hold ${WAY}" >&3 && read -r _ <&3
