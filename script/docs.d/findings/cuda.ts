import { dockerfile, type FindingPage, type FindingPages, named } from './page.ts'

const { raw } = String

const parts = 'Parts of CUDA are distributions such as `nvidia-cublas-cu12`, and `triton`'

const orphaned: FindingPage = {
  told: `A torch whose version ends in \`+cpu\`, and beside it, for the same Python, parts of CUDA that nothing needs any more. ${parts}. One is needed if another distribution requires it, the Dockerfile or a requirements file names it, pip was asked for it, or the base brought it. It is told from 10 MB for a line on, and it is certain.`,
  cost: 'Seen: 2.5 GB (stemdeck#225).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.4.0+cpu
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.4.0+cpu
RUN pip install --no-cache-dir -r requirements.txt
`),
  ],
  leave:
    'Never: a torch for CPUs loads nothing of it. torchvision and torchaudio, where the program has them, come from the same index in the same line: those of PyPI do not load beside a torch for CPUs.',
}

const unused: FindingPage = {
  told: `Only with the input [\`manifests\`](../manifests.md), if they name the image, could all be read, and none of its pods asks for a GPU: a resource of NVIDIA's, AMD's or Intel's, a claimed device, or a \`runtimeClassName\` of NVIDIA's. ${parts}; CUDA libraries in torch's own folder, and those of the system in \`/usr/local/cuda*\` and \`/usr/lib\`, count, too. CUDA of the base's Python is not counted; that of its system is, at the line of FROM. What to do is told by what requires CUDA here: torch, xgboost (\`xgboost-cpu\`), TensorFlow (without \`[and-cuda]\`), others by their names, or the system. It is told from 10 MB for a line on.`,
  cost: 'Gigabytes. Seen: 3.38 GB down to 0.68, packed (future-agi#2789); 7.7 GB (tpu-inference#1246).',
  before: [
    dockerfile(raw`FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
`),
    named(
      'requirements.txt',
      raw`fastapi
torch==2.4.0
torchvision==0.19.0
`,
    ),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu torch==2.4.0+cpu torchvision==0.19.0+cpu
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
`),
    named(
      'with uv, in pyproject.toml',
      raw`[[tool.uv.index]]
name = "pytorch-cpu"
url = "https://download.pytorch.org/whl/cpu"
explicit = true

[tool.uv.sources]
torch = { index = "pytorch-cpu" }
torchvision = { index = "pytorch-cpu" }
`,
      'toml',
    ),
  ],
  leave:
    'Where the same image runs on GPUs elsewhere. Then a build argument for the index makes two images of one Dockerfile. torchvision and torchaudio, where the program has them, come from the same index as torch: those of PyPI do not load beside a torch for CPUs. On arm64, the usual torch is for CPUs already.',
}

const twice: FindingPage = {
  told: `CUDA libraries of the same name, whatever their version, of Python's distributions and of the system: in \`/usr/local/cuda*\` or \`/usr/lib\`. ${parts}. One of the two has to be from a line of yours; the bytes are those of the system's. It is told from 10 MB on, unless [\`cuda-unused\`](cuda-unused.md) tells of all CUDA.`,
  cost: 'Seen: 15 GB down to 8.5 (h2o-llmstudio#1081), 9.6 down to 3.9 (distributed-workloads#360).',
  before: [
    dockerfile(raw`FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-pip \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir torch==2.4.0
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN pip install --no-cache-dir torch==2.4.0
`),
  ],
  leave:
    "Where a program that is not Python's is linked to the system's libraries. The variables are what NVIDIA's base sets: its runtime mounts the driver by them.",
}

export const cudaPages: FindingPages = {
  'cuda-orphaned': orphaned,
  'cuda-unused': unused,
  'cuda-twice': twice,
}
