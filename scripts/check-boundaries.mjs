#!/usr/bin/env node
// Holds the architecture: who may import whom, no import cycles, and what pure packages may not touch.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkBoundaries } from './boundaries/check.mjs'

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)))
const { members, files, findings } = checkBoundaries(root)
for (const { at, message } of findings) process.stderr.write(`${at}: ${message}\n`)
process.stdout.write(`boundaries: ${members} packages and apps, ${files} files, ${findings.length} problems\n`)
process.exitCode = findings.length > 0 ? 1 : 0
