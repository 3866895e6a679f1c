import { isObject, type JsonObject, objects, show, text } from '../json.ts'
import { invalid } from './error.ts'
import { blocksOf } from './messages.ts'

/** Checks the images and documents of all messages, those in tool results too. */
export function checkMedia(messages: readonly JsonObject[]): void {
  messages.forEach((message, index) => {
    blocksOf(message.content).forEach((block, place) => {
      checkSource(block, `messages.${index}.content.${place}`)
      objects(block.content).forEach((inner, at) => {
        checkSource(inner, `messages.${index}.content.${place}.${show(block.type)}.content.${at}`)
      })
    })
  })
}

function checkSource(block: JsonObject, where: string): void {
  if (!isObject(block.source)) return
  const { type, data, url } = block.source
  const path = `${where}.${show(block.type)}.source.${show(type)}`
  if (type === 'base64' && !isBase64(text(data) ?? '')) throw invalid(`${path}.data: Input should be valid base64`)
  if (type === 'base64' && block.type === 'document' && !text(data)?.startsWith('JVBER')) {
    throw invalid(`${path}.data: The PDF specified was not valid.`)
  }
  if (type === 'url' && !/^https?:\/\/[^\s/]+/.test(text(url) ?? ''))
    throw invalid(`${path}.url: Only HTTP and HTTPS URLs are supported.`)
}

function isBase64(source: string): boolean {
  return source.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(source)
}
