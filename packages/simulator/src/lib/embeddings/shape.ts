import { integer, object, oneOf, type Shape, string } from '../shape.ts'

// Keys and values: openai 7.57.0, resources/embeddings.d.ts. Limits: the API reference.

/** The body of an embeddings request; `input` has rules of its own, in validate.ts. */
export const requestShape: Shape = object(
  { model: string(), input: () => undefined },
  {
    dimensions: integer({ min: 1 }),
    encoding_format: oneOf('float', 'base64'),
    user: string(),
  },
)
