import { describe, expect, test } from 'vitest'
import { readInputs } from '../../src/inputs/read-inputs.ts'
