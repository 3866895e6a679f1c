#!/usr/bin/env node
import { keepCompiled } from './lib/compile-cache.ts'

// What `npm start` runs. The `llm-gateway` command starts the same server with more around it.

// Before anything that is worth keeping is loaded.
keepCompiled()
const { main } = await import('./lib/main.ts')
await main()
