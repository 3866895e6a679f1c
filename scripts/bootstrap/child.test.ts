import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { run } from './child.mjs'

const here = { cwd: process.cwd(), env: process.env }
const node = (code: string): Promise<{ code: number; output: string }> =>
  run(process.execPath, ['-e', code], { ...here, capture: true })

test('collects the output and gives the exit code', async () => {
  expect(await node("process.stdout.write('a'); process.exitCode = 7")).toEqual({ code: 7, output: 'a' })
})

test('gives 128 + the signal number for a child that was killed', async () => {
  expect(await node("process.kill(process.pid, 'SIGTERM')")).toEqual({ code: 143, output: '' })
})

test('says what could not be run', async () => {
  await expect(run('no-such-command', [], here)).rejects.toThrow('no-such-command could not be run in')
})

test.each(['SIGTERM', 'SIGHUP'] as const)('passes %s on and waits for the child to finish', async (signal) => {
  const child = `process.on('${signal}', () => { console.log('child got it'); process.exit(5) }); setInterval(() => {}, 1000); console.log('up')`
  const runner = startModule(runnerOf(child))
  await runner.says('up')
  const ended = once(runner.process, 'exit')
  runner.process.kill(signal)
  await runner.says('child got it')
  expect(await ended).toEqual([5, null])
})

test('stops the child when the process that started us is gone, as npm passes no signal on', async () => {
  const child = `process.on('SIGTERM', () => { console.log('child got it'); process.exit() }); setInterval(() => {}, 1000); console.log('up')`
  const program = `
    import { spawn } from 'node:child_process'
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(runnerOf(child))}], { stdio: 'inherit' })`
  const npm = startModule(program)
  await npm.says('up')
  npm.process.kill('SIGKILL')
  await expect(npm.says('child got it')).resolves.toBeUndefined()
})

/** A program that runs the given code as its child through `run`, as run.mjs does. */
function runnerOf(code: string): string {
  return `
    import { run } from ${JSON.stringify(new URL('./child.mjs', import.meta.url).href)}
    const { code } = await run(process.execPath, ['-e', ${JSON.stringify(code)}], { cwd: process.cwd(), env: process.env })
    process.exit(code)`
}

interface Started {
  process: ChildProcess
  says(text: string): Promise<void>
}

function startModule(program: string): Started {
  const started = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  started.stdout.setEncoding('utf8')
  started.stdout.on('data', (text: string) => {
    output += text
  })
  const says = async (text: string): Promise<void> => {
    while (!output.includes(text)) await once(started.stdout, 'data')
  }
  return { process: started, says }
}
