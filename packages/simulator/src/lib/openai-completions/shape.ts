import { samplingFields } from '../openai-chat/shape.ts'
import { array, boolean, integer, nullable, object, type Shape, string } from '../shape.ts'

// Keys and values: openai 7.57.0, resources/completions.d.ts.

const promptList: Shape = (value, path, wording) => {
  const list: unknown[] = Array.isArray(value) ? value : []
  if (typeof list[0] === 'number') array(integer({ min: 0 }), { min: 1 })(value, path, wording)
  else if (Array.isArray(list[0])) array(array(integer({ min: 0 }), { min: 1 }), { min: 1 })(value, path, wording)
  else array(string(), { min: 1, max: 2048 })(value, path, wording)
}

const prompt: Shape = (value, path, wording) => {
  if (typeof value === 'string') return
  if (Array.isArray(value)) promptList(value, path, wording)
  else throw wording.type(path, 'string or array', value)
}

/** The body of a legacy completion request. */
export const requestShape: Shape = object(
  { model: string(), prompt: nullable(prompt) },
  {
    ...samplingFields,
    best_of: nullable(integer({ min: 1, max: 20 })),
    echo: nullable(boolean),
    logprobs: nullable(integer({ min: 0, max: 5 })),
    max_tokens: nullable(integer({ min: 0 })),
    suffix: nullable(string()),
  },
)
