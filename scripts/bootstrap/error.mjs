/** Says something to the person, on stderr. @param {string} message */
export function log(message) {
  process.stderr.write(`[bootstrap] ${message}\n`)
}

/** Why the preparation stopped, in a sentence for the person, and the exit code it ends with. */
export class BootstrapError extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message)
    this.name = 'BootstrapError'
    this.exitCode = exitCode
  }
}
