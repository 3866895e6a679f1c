import type * as fs from 'node:fs/promises'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openMasterKey } from './master-key.ts'

// A volume mounted read-only is what refuses to change a mode, also to root; a test cannot mount one.
const volume = vi.hoisted(() => ({ readOnly: false }))

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof fs>()
  const refuse = (): never => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' })
  }
  return {
    ...original,
    chmod: async (...args: Parameters<typeof original.chmod>) => (volume.readOnly ? refuse() : original.chmod(...args)),
    open: async (...args: Parameters<typeof original.open>) => {
      const file = await original.open(...args)
      const change = file.chmod.bind(file)
      file.chmod = async (mode) => (volume.readOnly ? refuse() : change(mode))
      return file
    },
  }
})

let home: string

beforeEach(async () => {
  volume.readOnly = false
  home = await mkdtemp(join(tmpdir(), 'llm-gateway-modes-'))
  await openMasterKey({ home, env: {}, create: true })
})

afterEach(async () => {
  volume.readOnly = false
  await rm(home, { recursive: true, force: true })
})

describe.runIf(process.platform !== 'win32')('modes that cannot be changed', () => {
  it('refuse an exposed master key', async () => {
    await chmod(join(home, 'master.key'), 0o644)
    volume.readOnly = true
    const attempt = openMasterKey({ home, env: {}, create: false })
    await expect(attempt).rejects.toMatchObject({ code: 'MASTER_KEY_EXPOSED' })
    await expect(attempt).rejects.toThrow(/mode 644.*EROFS.*LLM_GATEWAY_MASTER_KEY/)
  })

  it('only warn of an open directory, since the key in it is closed', async () => {
    await chmod(home, 0o755)
    volume.readOnly = true
    const warnings: string[] = []
    const key = await openMasterKey({ home, env: {}, create: false, warn: (message) => warnings.push(message) })
    expect(key.id).toMatch(/^[0-9a-f]{8}$/)
    expect(warnings).toEqual([
      `the directory ${home} is open to other users (mode 755): give the gateway a directory of its own, mode 700`,
    ])
  })
})
