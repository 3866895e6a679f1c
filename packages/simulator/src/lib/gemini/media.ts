import { isObject, type JsonObject, objects, text } from '../json.ts'
import { invalid } from './error.ts'

/** Media types Gemini reads (its documentation on images, audio, video and documents). */
const READABLE =
  /^(image\/(png|jpe?g|webp|heic|heif|gif)|audio\/(wav|x-wav|mp3|mpeg|aiff|aac|ogg|flac|mp4|m4a|webm|opus|pcm)|video\/(mp4|mpeg|mov|quicktime|avi|x-flv|mpg|webm|wmv|3gpp)|application\/(pdf|json|rtf|xml|x-javascript|x-python)|text\/[\w.+-]+)(;.*)?$/

/** Checks the media of all parts, those in function responses too. */
export function checkMedia(contents: readonly JsonObject[]): void {
  for (const content of contents) {
    for (const part of objects(content.parts)) {
      checkSource(part)
      if (isObject(part.functionResponse)) objects(part.functionResponse.parts).forEach(checkSource)
    }
  }
}

function checkSource(part: JsonObject): void {
  const { inlineData, fileData } = part
  if (isObject(inlineData)) {
    const type = text(inlineData.mimeType)
    if (!type) throw invalid('Unable to submit request because it must have a mimeType.')
    if (!READABLE.test(type)) throw invalid(`Unsupported MIME type: ${type}`)
    if (!text(inlineData.data)) throw invalid('Provided image is not valid.')
  }
  if (!isObject(fileData)) return
  const uri = text(fileData.fileUri) ?? ''
  if (/^(https?|gs):\/\/[^\s/]+/.test(uri) || /^files\/[a-z0-9-]+$/.test(uri)) return
  throw invalid(`Invalid or unsupported file uri: ${uri}`)
}
