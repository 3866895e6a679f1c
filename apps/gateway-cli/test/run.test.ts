import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '@llm-gateway/server'
import { expect, test } from 'vitest'
import { commandPaths, specOf } from '../src/lib/command-line/catalogue.ts'
import { failureOf } from '../src/lib/command-line/failure.ts'
import { commands } from '../src/lib/commands/index.ts'
import { Sandbox, terminal } from './kit.ts'

const paths = commands.flatMap((command) => commandPaths(command).map((path) => path.join(' ')))

test.each(paths)('%s --help tells what it does, its flags and an example, and does nothing', async (path) => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(...path.split(' '), '--help')
  expect([ran.code, ran.stderr]).toEqual([0, ''])
  expect(ran.stdout).toContain(`llm-gateway ${path}`)
  expect(ran.stdout).toContain('--json')
  expect(ran.stdout).toContain('Examples')
  expect((await sandbox.run('config', 'path', '--json')).json()).toMatchObject({ exists: false })
})

test('flags of an update promise no default, and what an account is comes first', async () => {
  const flagsOf = async (...path: string[]): Promise<string> => {
    const { stdout } = await new Sandbox().run(...path, '--help')
    return stdout.slice(stdout.indexOf('\nFlags\n'), stdout.indexOf('\nGlobal flags\n'))
  }
  expect(await flagsOf('upstream', 'update')).not.toContain('(default')
  expect(await flagsOf('apikey', 'update')).not.toContain('(default')
  expect(await flagsOf('upstream', 'add')).toMatch(
    /--type TYPE .*\n +--provider PROVIDER .*\n +--name NAME .*\n +--key KEY /,
  )
})

test.each([[[]], [['--help']], [['help']]])('%j lists every command', async (argv) => {
  const { code, stdout } = await new Sandbox().run(...argv)
  expect(code).toBe(0)
  for (const path of paths.filter((each) => each !== 'config reload')) expect(stdout).toContain(`  ${path}`)
})

test.each(['server', 'apikey', 'upstream', 'env', 'config'])('%s alone shows its commands', async (group) => {
  const { code, stdout } = await new Sandbox().run(group)
  expect([code, stdout]).toEqual([0, expect.stringContaining(`llm-gateway ${group} <command>`)])
})

test.each([
  [['upstream', 'ad'], 'upstream add'],
  [['upstrem', 'list'], 'upstream list'],
  [['statsu'], 'status'],
  [['apikey', 'lst'], 'apikey list'],
  [['start'], 'llm-gateway server start'],
  [['stop', '--timeout=5'], 'llm-gateway server stop'],
  [['apikey', 'add', '--nmae=x'], '--name'],
  [['convert', 'x', '--tp=anthropic'], '--to'],
])('%j is answered with a suggestion', async (argv, suggestion) => {
  const { code, stderr } = await new Sandbox().run(...argv)
  expect([code, stderr]).toEqual([2, expect.stringContaining(`did you mean`)])
  expect(stderr).toContain(suggestion)
})

test('of a word that is no verb of the group none is guessed', async () => {
  expect((await new Sandbox().run('apikey', 'foo')).stderr).toContain(
    'see its commands with: llm-gateway apikey --help',
  )
})

test('on a terminal too narrow for a table each row is a block; what goes elsewhere is always a table', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('upstream', 'add', '--provider=simulator', '--name=模拟器')
  const at = terminal()
  Object.assign(at.stdout, { columns: 60 })
  const { stdout } = await sandbox.runWith({ terminal: at }, '--no-color', 'upstream', 'list')
  expect(stdout).toMatch(/^ID +upstream_\w{16}\nNAME +模拟器\nPROVIDER +simulator\n/)
  expect((await sandbox.run('upstream', 'list')).stdout).toMatch(/^ID +NAME +PROVIDER/)
})

test('help fits the terminal, and breaks no line elsewhere', async () => {
  const sandbox = new Sandbox()
  const at = terminal()
  Object.assign(at.stdout, { columns: 60 })
  const { stdout } = await sandbox.runWith({ terminal: at }, '--no-color', 'apikey', 'add', '--help')
  const [flags = ''] = stdout.slice(stdout.indexOf('Flags')).split('\n\n')
  expect(flags).toContain(
    `\n  --permissions LIST          what it may do: read, write,\n${' '.repeat(30)}admin (default read,write)\n`,
  )
  expect(Math.max(...flags.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60)
  expect((await sandbox.run('apikey', 'add', '--help')).stdout).toContain('read, write, admin (default read,write)')
})

test('of one letter nothing is guessed', async () => {
  const sandbox = new Sandbox()
  await sandbox.run('apikey', 'add', '--name=b')
  expect((await sandbox.run('apikey', 'show', 'x')).stderr).not.toContain('did you mean')
})

const long = 'n'.repeat(101)
test.each([
  [['apikey', 'add', `--name=${long}`], '100 characters at most, not 101'],
  [['apikey', 'add', '--name=a\u001b[31mb'], 'one line'],
  [['upstream', 'add', '--provider=simulator', '--name=a\nb'], 'one line'],
])('%j makes nothing of that name', async (argv, told) => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(...argv)
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(told)])
  expect(sandbox.files.join()).not.toContain('created_at')
})

test.each([
  [['route', 'add', 'm', '--target=a\nb'], '--target'],
  [['route', 'add', 'm', '--target', 'a\u009b31m'], '--target'],
  [['route', 'add', 'm\u001b[31m', '--provider=simulator'], 'MODEL'],
  [['route', 'add', 'm', '--target=a', '--description=b\u0007'], '--description'],
  [['apikey', 'add', '--name=a', '--models=a\u001b[31m'], '--models'],
  [['upstream', 'add', '--provider=simulator', '--name=a', '--models', 'm', '--models', 'b\u0000'], '--models'],
  [['upstream', 'add', '--provider=simulator', '--name=a', '--option=x=\u001b[2J'], '--option'],
  [['upstream', 'add', '--provider=openai', '--name=a', '--key=k', '--base-url=http://h/\u001b'], '--base-url'],
  [['env', 'set', '--no-proxy=a\u001bb'], '--no-proxy'],
])('%j: a control character is refused by the name of its option', async (argv, name) => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(...argv)
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(`error: ${name} must be one line`)])
  expect(sandbox.files.join()).not.toMatch(/[^\P{Cc}\n]/u)
})

test('lists may stand on several lines, and a value may end with one', async () => {
  const sandbox = new Sandbox()
  const ran = await sandbox.run(
    'upstream',
    'add',
    '--provider=simulator',
    '--name=a\n',
    '--models=m1\nm2\r\n',
    '--json',
  )
  expect([ran.code, ran.json()]).toEqual([0, expect.objectContaining({ name: 'a', models: ['m1', 'm2'] })])
})

test('what others wrote reaches a terminal without what would steer it, in colour as in JSON', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `# \u009b2J
upstream_accounts:
  - { id: upstream_a, name: "a\\e[8m\\x9b2J", type: api-key, provider: simulator, models: ["m\\e]0;x\\a"] }
`
  for (const argv of [
    ['upstream', 'list'],
    ['upstream', 'list', '--json'],
    ['upstream', 'show', 'upstream_a'],
    ['route', 'test', 'none\u001b[8m\u009b2J'],
    ['config', 'show'],
    ['status'],
  ]) {
    const at = terminal()
    await sandbox.runWith({ terminal: at }, ...argv)
    const shown = (at.stdout.text + at.stderr.text).replace(/\p{Cc}\[(?:1|2|22|31|32|33|36|39)m/gu, '')
    expect([argv, shown.match(/[^\P{Cc}\n]/gu)]).toEqual([argv, null])
  }
})

test('what names and arguments hold does not steer the terminal', async () => {
  const sandbox = new Sandbox()
  sandbox.config = `upstream_accounts:
  - { id: upstream_a, name: "red\\e[31m", type: api-key, provider: simulator }
`
  for (const argv of [
    ['upstream', 'show', 'upstream_a'],
    ['upstream', 'disable', 'upstream_a'],
    ['upstream', 'show', 'none\u001b[31m'],
    ['why', '\u001b]0;title\u0007'],
  ]) {
    const { stdout, stderr } = await sandbox.run(...argv)
    expect(stdout + stderr).toMatch(/\ufffd/)
    for (const control of ['\u001b', '\u0007']) expect(stdout + stderr).not.toContain(control)
  }
})

test.each([
  [['nonsense']],
  [['apikey', 'show']],
  [['apikey', 'show', 'a', 'b']],
  [['apikey', 'add', '--name']],
  [['server', 'start', '--port=http']],
  [['server', 'start', '--port=65536']],
  [['server', 'stop', '--timeout=-1']],
  [['completion', 'tcsh']],
  [['route', 'add', 'a*b', '--target=x']],
  [['route', 'add', '', '--target=x']],
])('%j is a mistake of usage: exit code 2, nothing on stdout', async (argv) => {
  const { code, stdout, stderr } = await new Sandbox().run(...argv)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^error: /)
})

const valued = commands.flatMap((command) => {
  const [path = []] = commandPaths(command)
  const names = specOf(command).options.flatMap((option) => (option.takesValue ? option.names : []))
  const places = command.paths === undefined ? 0 : (specOf(command).usage.match(/ <[a-z-]+>/g)?.length ?? 0)
  return names.map((name) => [`${path.join(' ')} ${name}`, [...path, ...Array(places).fill('x')], name] as const)
})

test.each(valued)('%s given nothing is a mistake of usage that names it, and does nothing', async (_, words, name) => {
  const sandbox = new Sandbox()
  for (const given of [[`${name}=`], [`${name}= `], [name, '']]) {
    const { code, stdout, stderr } = await sandbox.run(...words, ...given)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`error: ${name} needs a value`)])
  }
  expect(sandbox.files).toEqual([])
})

test('what is empty behind a lone -- is an argument', async () => {
  const { code, stderr } = await new Sandbox().run('apikey', 'show', '--', '--name=')
  expect([code, stderr]).toEqual([3, expect.stringContaining('--name=')])
})

test.each([
  [['route', 'add', 'm', '--provider=antropic'], '--provider', 'did you mean "anthropic"'],
  [['env', 'set', '--https-proxy=socks5://h:1'], '--https-proxy', 'http:// or https:// proxy'],
  [['env', 'set', '--http-proxy=socks5://me:hunter2@h:1'], '--http-proxy', 'http:// or https:// proxy'],
  [['upstream', 'add', '--provider=openai', '--name=n', '--key=k', '--proxy=a b'], '--proxy', 'http:// or https://'],
  [
    ['upstream', 'add', '--provider=openai', '--name=n', '--key=k', '--base-url=a.b'],
    '--base-url',
    'http:// or https://',
  ],
  [['upstream', 'add', '--provider=openai', '--name=n', '--key=k', '--dialects=,'], '--dialects', 'anthropic'],
  [['config', 'rotate-key', '--to-keychain=../x'], '--to-keychain', 'begin and end with a letter or digit'],
])('%j is a mistake of usage that names the option, and changes nothing', async (argv, name, told) => {
  const sandbox = new Sandbox()
  await sandbox.run('status')
  const before = sandbox.files
  const { code, stdout, stderr } = await sandbox.run(...argv)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`error: ${name} `)])
  expect(stderr).toContain(told)
  expect(stderr).not.toContain('hunter2')
  expect(sandbox.files).toEqual(before)
})

test('a failure is one JSON line on stderr with --json', async () => {
  const { code, stderr, stdout } = await new Sandbox().run('apikey', 'show', 'nobody', '--json')
  expect([code, stdout]).toEqual([3, ''])
  expect(JSON.parse(stderr.split('\n').at(-2) ?? '')).toMatchObject({
    error: { exitCode: 3, message: expect.stringContaining('nobody') },
  })
})

test('--quiet leaves out what is only worth knowing', async () => {
  const { stdout, stderr } = await new Sandbox().run('apikey', 'add', '--name=a', '--quiet')
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^llmgw_/), ''])
})

test('global flags work before and after the command', async () => {
  const sandbox = new Sandbox()
  const home = join(sandbox.home, 'elsewhere')
  const before = await sandbox.run('--home', home, 'config', 'path')
  const after = await sandbox.run('config', 'path', `--home=${home}`)
  expect([before.stdout, after.stdout]).toEqual([`${home}/config.yaml\n`, `${home}/config.yaml\n`])
})

test('colours follow the terminal, NO_COLOR, FORCE_COLOR, CI and --no-color', async () => {
  const sandbox = new Sandbox()
  const coloured = async (env: Record<string, string>, tty: boolean, ...flags: string[]): Promise<boolean> => {
    sandbox.env = env
    const ran = await sandbox.runWith(tty ? { terminal: terminal() } : {}, 'server', 'status', ...flags)
    return ran.stdout.includes('\u001b[')
  }
  expect(await coloured({}, true)).toBe(true)
  expect(await coloured({}, false)).toBe(false)
  expect(await coloured({ FORCE_COLOR: '1' }, false)).toBe(true)
  expect(await coloured({ FORCE_COLOR: '0' }, true)).toBe(false)
  expect(await coloured({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false)
  expect(await coloured({ CI: 'true' }, true)).toBe(false)
  expect(await coloured({ TERM: 'dumb' }, true)).toBe(false)
  expect(await coloured({ FORCE_COLOR: '1' }, true, '--no-color')).toBe(false)
})

test('a bug prints one line and how to report it; its stack only on request', () => {
  const bug = new TypeError('x is not a function')
  const told = failureOf(bug, {})
  expect(told).toMatchObject({ exitCode: 1, hint: expect.stringContaining('LLM_GATEWAY_DEBUG=1') })
  expect(told.message).not.toContain('\n')
  expect(failureOf(bug, { LLM_GATEWAY_DEBUG: '1' }).message).toContain('run.test.ts')
})

test.each(['--version', '-v', 'version'])('%s prints the version', async (argument) => {
  expect(await new Sandbox().run(argument)).toMatchObject({ code: 0, stdout: `${version}\n` })
})

test('completion knows every command and flag, in a script bash can read', async () => {
  const sandbox = new Sandbox()
  const bash = (await sandbox.run('completion', 'bash')).stdout
  const script = join(sandbox.home, 'completion.bash')
  writeFileSync(
    script,
    `${bash}
complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _llm_gateway; echo "\${COMPREPLY[*]}"; }
complete_line llm-gateway up
complete_line llm-gateway upstream t
complete_line llm-gateway upstream add --key-
complete_line llm-gateway upstream add --provider = anth
complete_line llm-gateway completion z
`,
  )
  const { stdout, status } = spawnSync('bash', [script], { encoding: 'utf8' })
  expect([status, stdout.trimEnd().split('\n')]).toEqual([
    0,
    ['upstream', 'test', '--key-env --key-file --key-stdin', 'anthropic', 'zsh'],
  ])
  const fish = (await sandbox.run('completion', 'fish')).stdout
  for (const path of paths.filter((each) => each !== 'config reload')) {
    expect(fish).toContain(`-a ${path.split(' ').at(-1)} `)
  }
  expect((await sandbox.run('completion', 'zsh')).stdout).toContain('bashcompinit')
})
