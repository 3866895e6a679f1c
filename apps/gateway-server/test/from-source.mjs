// Lets a process of its own run from source, as tests do: a sibling package is its src/index.ts.
import { registerHooks } from 'node:module'

const packages = new URL('../../../packages/', import.meta.url)

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@llm-gateway\/([a-z-]+)$/.exec(specifier)?.[1]
    return next(name === undefined ? specifier : new URL(`${name}/src/index.ts`, packages).href, context)
  },
})
