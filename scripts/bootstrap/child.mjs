import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { BootstrapError } from './error.mjs'

const parent = process.ppid
const parentPollMs = 500

/** The shell's exit code for the signal that asked us to stop while a child ran; 0 while none did. */
let stopCode = 0

/** @returns {number} 128 + the signal's number once we were asked to stop, else 0. */
export const interrupted = () => stopCode

/** @param {NodeJS.Signals} signal */
const signalCode = (signal) => 128 + (constants.signals[signal] ?? 0)

/**
 * Runs one child to its end. SIGTERM and SIGHUP are passed on; SIGINT is not, as the terminal sends it to the whole
 * process group. npm does not pass SIGTERM on to us, so the child is also stopped when our parent is gone.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, capture?: boolean, shell?: boolean }} options With `capture` the child
 * gets no stdin, and its stdout is collected instead of shown.
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd, env, capture = false, shell = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: capture ? ['ignore', 'pipe', 'inherit'] : 'inherit' })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text
    })
    const release = guard(child)
    child.on('error', (error) => {
      release()
      reject(new BootstrapError(`${command} could not be run in ${cwd}: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      release()
      resolve({ code: signal ? signalCode(signal) : (code ?? 1), output })
    })
  })
}

/**
 * Ties the child to our signals and to our parent's life.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} unties it
 */
function guard(child) {
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    stopCode = signalCode(signal)
    child.kill(signal)
  }
  const leaveToTerminal = () => {
    stopCode = signalCode('SIGINT')
  }
  process.on('SIGTERM', passOn).on('SIGHUP', passOn).on('SIGINT', leaveToTerminal)
  const poll = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(poll)
    passOn('SIGTERM')
  }, parentPollMs)
  return () => {
    clearInterval(poll)
    process.off('SIGTERM', passOn).off('SIGHUP', passOn).off('SIGINT', leaveToTerminal)
  }
}
