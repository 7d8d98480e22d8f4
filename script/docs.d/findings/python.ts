import { dockerfile, type FindingPage, type FindingPages, named } from './page.ts'

const { raw } = String

const orphans: FindingPage = {
  told: 'Distributions that pip installed and was not asked for (it marks those that it was), that nothing installed requires, with or without an extra, and that no text names: the Dockerfile, a requirements or constraints file, `pyproject.toml`, `setup.py`, `setup.cfg`, `Pipfile` or `environment.yml`, of the image or of what the Dockerfile copies. For each line that brought 1 MB or more of them. Not counted: what the base image has, `pip`, `setuptools` and other installers, and all that uv, Poetry or conda installed, which leave no mark.',
  cost: 'The files of these distributions. pip takes away what it replaces, and never what that had required.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir tensorflow \
    && pip install --no-cache-dir onnxruntime \
    && pip uninstall --yes tensorflow
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir onnxruntime
`),
  ],
  leave:
    'Where the program imports one of them by itself. Then name it in the requirements: the next installation may not bring it, and the finding is gone, too.',
}

const twice: FindingPage = {
  told: 'Distributions of the same name in two folders `site-packages` or `dist-packages`, of 1 MB or more in each, of which a line of yours brought one; versions may differ. The finding counts the smallest of yours. Not counted: `pip`, `setuptools`, `wheel`, `uv`, `pipenv`, `poetry`, which each environment has, and files that are linked to each other.',
  cost: 'The smaller one, and the doubt which of the two a program imports.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir pandas
RUN python -m venv /venv
RUN /venv/bin/pip install --no-cache-dir pandas fastapi
CMD ["/venv/bin/uvicorn", "main:app"]
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN python -m venv /venv
RUN /venv/bin/pip install --no-cache-dir pandas fastapi
CMD ["/venv/bin/uvicorn", "main:app"]
`),
  ],
  leave: 'Two programs of the image need different versions, or one must not see the other.',
}

const replaced: FindingPage = {
  told: 'The metadata of a distribution that one of your lines wrote and a later one deleted or wrote again, while the distribution is still installed in the same folder; the files of its modules that the later line hides count, from 1 MB on. What a line of yours installs over the base is not told.',
  cost: 'The first version, whole, in a layer that nobody sees.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir numpy==1.26.4 scikit-learn
RUN pip install --no-cache-dir numpy==2.1.0
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir numpy==2.1.0 scikit-learn
`),
  ],
  leave:
    'Hardly ever. Where a distribution insists on an old version, `pip install --constraint constraints.txt` in the first line decides before anything is installed.',
}

const askedTwice: FindingPage = {
  told: 'A name that two RUN lines of yours install with the same program: `pip install`, `uv pip install`, `uv add`, `poetry add`, `pdm add`. Another path of the program is another one, as it may install for another Python. Names in files (`-r requirements.txt`) are not looked at, nor are `pip`, `setuptools` and other installers. It has no bytes.',
  cost: 'Few bytes, and a riddle: the later line decides the version.',
  before: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir requests==2.31.0
RUN pip install --no-cache-dir boto3 requests
`),
  ],
  after: [
    dockerfile(raw`FROM python:3.12-slim
RUN pip install --no-cache-dir requests==2.31.0
RUN pip install --no-cache-dir boto3
`),
  ],
  leave: 'Where the second line asks for an extra, as `uvicorn[standard]` after `uvicorn`.',
}

const imports: FindingPage = {
  told: "Distributions that lines of yours brought, of 20 MB or more, that no other one requires, that bring no entry points for others, and that nothing names: no file of the program and neither the image's entrypoint, command nor variables have a word such as one of their modules or their name. Read are Python, notebooks, shell, configuration and text outside of `site-packages`, `node_modules`, `/etc`, `/var` and `/usr/share`; requirements do not count as a use. Without a Python file of your own, or with more than 5,000 files or 16 MB of them, nothing is asked.",
  cost: 'Its files, and all that only it requires. It is a question: its bytes are in no total.',
  before: [
    named(
      'requirements.txt',
      raw`fastapi
pandas
torch
`,
    ),
    named(
      'main.py',
      raw`import fastapi
import pandas
`,
    ),
  ],
  after: [
    named(
      'requirements.txt',
      raw`fastapi
pandas
`,
    ),
  ],
  leave:
    "Where something loads it by a name that is put together, as pandas loads `pyarrow` for Parquet. Run the program's tests without it.",
}

export const pythonPages: FindingPages = {
  'orphaned-distributions': orphans,
  'distribution-twice': twice,
  'distribution-replaced': replaced,
  'distribution-asked-twice': askedTwice,
  'never-imported': imports,
}
