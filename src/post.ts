import { getState } from '@actions/core'
import { readEnvironment } from './host/environment.ts'
import { createRunner } from './host/runner.ts'
import { runIdState, sweep } from './sweep.ts'

await sweep(readEnvironment(), createRunner(), getState(runIdState))
