import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the command; `onLine` sees its standard output as it comes and may end it. */
async function run(args: readonly string[], onOutput?: (text: string, stop: () => void) => void): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args])
  const seen = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen.stdout += text
    onOutput?.(seen.stdout, () => child.kill('SIGTERM'))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen.stderr += text
  })
  await once(child, 'close')
  return { code: child.exitCode, ...seen }
}

test('prints where it listens, serves, and leaves when told', async () => {
  const answers: Promise<Response>[] = []
  const { code, stdout } = await run(['--key', 'right', '--chunk-tokens', '2'], (text, stop) => {
    if (!text.endsWith('\n') || answers.length > 0) return
    const { listening } = JSON.parse(text)
    const answer = fetch(`${listening}/v1/models`, { headers: { authorization: 'Bearer right' } })
    answers.push(answer)
    answer.then(stop, stop)
  })
  expect(JSON.parse(stdout)).toEqual({
    listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    port: expect.any(Number),
    pid: expect.any(Number),
  })
  expect((await answers[0])?.status).toBe(200)
  expect(code).toBe(0)
})

test('says what is wrong with its arguments, without a stack', async () => {
  expect(await run(['--port', 'x'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^--port must be a whole number, not "x"\n\nusage: /),
  })
  expect(await run(['--variant', 'x'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--variant must be one of openai, azure/),
  })
  expect(await run(['--nonsense'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Unknown option '--nonsense'/),
  })
  expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: /) })
})

test('is the command that the package promises', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(manifest.bin).toEqual({ 'llm-gateway-simulator': 'dist/main.js' })
  expect(readFileSync(MAIN, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})
