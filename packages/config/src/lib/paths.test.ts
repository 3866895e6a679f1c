import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isNamed, resolvePaths, userHome } from './paths.ts'

const homedir = '/home/u'

describe('paths', () => {
  it('are in the home directory by default', () => {
    expect(resolvePaths({ env: {}, homedir })).toEqual({
      home: '/home/u/.llm-gateway',
      configFile: '/home/u/.llm-gateway/config.yaml',
    })
  })

  it('follow the environment, and flags before it', () => {
    const env = { LLM_GATEWAY_HOME: '/e', LLM_GATEWAY_CONFIG: '/e/c.yaml' }
    expect(resolvePaths({ env, homedir })).toEqual({ home: '/e', configFile: '/e/c.yaml' })
    expect(resolvePaths({ flags: { home: '/f' }, env, homedir })).toEqual({ home: '/f', configFile: '/e/c.yaml' })
    expect(resolvePaths({ flags: { config: '/f.yaml' }, env, homedir })).toEqual({ home: '/e', configFile: '/f.yaml' })
  })

  it('take the file from the home that was given', () => {
    expect(resolvePaths({ flags: { home: '/f' }, env: {}, homedir }).configFile).toBe('/f/config.yaml')
  })

  it('treat an empty variable as none, expand a tilde and make paths absolute', () => {
    expect(resolvePaths({ env: { LLM_GATEWAY_HOME: '' }, homedir }).home).toBe('/home/u/.llm-gateway')
    expect(resolvePaths({ env: { LLM_GATEWAY_HOME: '~/gw' }, homedir }).home).toBe('/home/u/gw')
    expect(resolvePaths({ flags: { config: 'c.yaml' }, env: {}, homedir }).configFile).toBe(resolve('c.yaml'))
  })

  it('tell a file that was named from the one every home has', () => {
    const named = (env: Record<string, string>): boolean => isNamed(resolvePaths({ env, homedir }))
    expect(named({})).toBe(false)
    expect(named({ LLM_GATEWAY_HOME: '/e' })).toBe(false)
    expect(named({ LLM_GATEWAY_HOME: '/e', LLM_GATEWAY_CONFIG: '/e/config.yaml' })).toBe(false)
    expect(named({ LLM_GATEWAY_CONFIG: '/e/config.yaml' })).toBe(true)
  })

  it('say what to do where the user has no home directory, and need none for a path that is given', () => {
    const homeless = (env: Record<string, string>): unknown => resolvePaths({ env, homedir: undefined })
    expect(() => homeless({})).toThrow(
      expect.objectContaining({ code: 'HOME_UNKNOWN', message: expect.stringMatching(/--home or LLM_GATEWAY_HOME/) }),
    )
    expect(() => homeless({ LLM_GATEWAY_HOME: '/e', LLM_GATEWAY_CONFIG: '~/c.yaml' })).toThrow('~/c.yaml')
    expect(homeless({ LLM_GATEWAY_HOME: '/e' })).toEqual({ home: '/e', configFile: '/e/config.yaml' })
  })
})

describe.skipIf(process.platform === 'win32')('the home directory of the user', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('is what HOME says, and what the account says where that is empty or relative', () => {
    vi.stubEnv('HOME', '/home/u')
    expect(userHome()).toBe('/home/u')
    vi.stubEnv('HOME', '')
    expect(userHome()).toBe(userInfo().homedir)
    vi.stubEnv('HOME', 'here')
    expect(userHome()).toBe(userInfo().homedir)
  })
})
