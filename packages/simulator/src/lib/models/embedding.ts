/** What one family of embedding models accepts. */
export interface EmbeddingModel {
  match: RegExp
  /** The length of its vectors, and the most that can be asked for. */
  dimensions: number
  /** Whether shorter vectors can be asked for. */
  shortens: boolean
  /** Tokens of one input. */
  maxInput: number
}

/** Rules of embedding models, first match first; the last row is for unknown names. */
const EMBEDDING_MODELS: readonly [EmbeddingModel, ...EmbeddingModel[]] = [
  { match: /^text-embedding-3-large/, dimensions: 3072, shortens: true, maxInput: 8192 },
  { match: /^text-embedding-3/, dimensions: 1536, shortens: true, maxInput: 8192 },
  { match: /^text-embedding-ada/, dimensions: 1536, shortens: false, maxInput: 8192 },
  { match: /^gemini-embedding/, dimensions: 3072, shortens: true, maxInput: 2048 },
  { match: /^(text-embedding-00|embedding-00|text-multilingual)/, dimensions: 768, shortens: true, maxInput: 2048 },
  { match: /^/, dimensions: 3072, shortens: true, maxInput: 8192 },
]

/** The rules for an embedding model's name. */
export function embeddingModel(name: string): EmbeddingModel {
  return EMBEDDING_MODELS.find((model) => model.match.test(name)) ?? EMBEDDING_MODELS[0]
}
