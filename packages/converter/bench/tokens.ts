import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { estimateInputTokens } from '../src/lib/estimate.ts'
import { textTokens } from '../src/lib/text-tokens.ts'
import { printTable } from './measure.ts'
import { textCorpus, tool } from './token-corpus.ts'

/**
 * What OpenAI's cookbook ("How to count tokens with tiktoken", section 6) adds to the words of a tool for gpt-4o and its successors:
 * there is no other public word on how tools are told to a model.
 */
function cookbookTokens(): number {
  const { name, description, schema } = tool
  let tokens = 7 + encode(`${name}:${description}`).length + 3 + 12
  for (const [key, property] of Object.entries(schema.properties)) {
    tokens += 3 + encode(`${key}:${property.type}:${property.description}`).length
    if ('enum' in property) tokens += property.enum.reduce((sum, word) => sum + 3 + encode(word).length, -3)
  }
  return tokens
}

function error(estimate: number, exact: number): string {
  const percent = Math.round((estimate / exact - 1) * 100)
  return `${percent > 0 ? '+' : ''}${percent} %`
}

const rows = textCorpus.map(({ kind, name, text }) => {
  const exact = encode(text).length
  return [`${kind}: ${name}`, String(exact), textTokens(text).toFixed(0), error(textTokens(text), exact)]
})
const declared = {
  tools: [{ type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.schema } }],
}
rows.push([
  'a tool, by the cookbook',
  String(cookbookTokens()),
  String(estimateInputTokens(declared)),
  error(estimateInputTokens(declared), cookbookTokens()),
])
printTable('Tokens estimated without a vocabulary, against o200k', [['', 'o200k', 'estimate', 'error'], ...rows])
