/** Follows the brackets of a JSON text that arrives in pieces, to know when it is a complete value. Never parses it. */
export class JsonBalance {
  #depth = 0
  #inString = false
  #escaped = false
  #complete = false

  /** An object, array or string has been closed at the outermost level. Bare numbers and words are never known to be complete. */
  get complete(): boolean {
    return this.#complete
  }

  feed(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (this.#inString) this.#inside(c)
      else if (c === 34) this.#inString = true
      else if (c === 123 || c === 91) this.#depth++
      else if ((c === 125 || c === 93) && --this.#depth === 0) this.#complete = true
    }
  }

  #inside(c: number): void {
    if (this.#escaped) this.#escaped = false
    else if (c === 92) this.#escaped = true
    else if (c === 34) {
      this.#inString = false
      if (this.#depth === 0) this.#complete = true
    }
  }
}
