# As the Dockerfile next to it, in one step: a pipe can be read only once.
ARG BASE
FROM ${BASE}
SHELL ["/bin/bash", "-c"]
ARG GIT_SERVER
RUN git config --system "credential.${GIT_SERVER}.helper" \
    '!f() { test "$1" = get && echo username=x-access-token && echo "password=$(cat /run/secrets/github_token)"; }; f'
ARG GATE
ARG WAY
RUN --mount=type=secret,id=github_token,required=true \
    git clone --quiet --depth 1 "${GIT_SERVER}/acme/private-one.git" /opt/private-one && \
    git clone --quiet --depth 1 "${GIT_SERVER}/acme/private-two.git" /opt/private-two && \
    exec 3<>"/dev/tcp/${GATE/://}" && echo "hold ${WAY}" >&3 && read -r _ <&3
