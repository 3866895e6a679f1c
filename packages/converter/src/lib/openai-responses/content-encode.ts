import type { JsonObject } from '../chat/json.ts'
import { dataUrl } from '../chat/media-source.ts'
import { breakpointOf, renderingOf, tellCitations } from '../chat/openai-content.ts'
import type { FilePart, ImagePart, OpaquePart, TextPart, UserPart } from '../chat/part.ts'
import type { RequestContext } from '../codec.ts'

/** The part of a text. */
export function textPart(part: TextPart, context: RequestContext): JsonObject {
  tellCitations(part, context)
  const wire = { type: 'input_text', text: part.text }
  // A spread of nothing costs as much as the text's own object.
  return part.cache === undefined ? wire : { ...wire, ...breakpointOf(part, context) }
}

/** What a part of a user's turn, or of a tool's result, is written as. */
export function userParts(part: UserPart, context: RequestContext): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [textPart(part, context)]
    case 'image':
      return [imagePart(part, context)]
    case 'file':
      return fileParts(part, context)
    case 'audio':
      return context.report.refuse(part.at, 'openai-responses takes no audio')
    case 'opaque':
      return opaqueTexts(part, context).map((text) => ({ type: 'input_text', text }))
  }
}

function imagePart(part: ImagePart, context: RequestContext): JsonObject {
  const { source, detail, at } = part
  if (source.kind !== 'base64' && source.kind !== 'url') {
    return context.report.refuse(at, 'an image stored at another provider cannot be sent: send its data or URL')
  }
  return {
    type: 'input_image',
    image_url: source.kind === 'url' ? source.url : dataUrl(source),
    detail: detail ?? 'auto',
    ...breakpointOf(part, context),
  }
}

function fileParts(part: FilePart, request: RequestContext): JsonObject[] {
  const { source, name, context, at } = part
  const hint = breakpointOf(part, request)
  if (source.kind === 'text') {
    const text = [name, context, source.text].filter((piece) => piece !== undefined && piece !== '').join('\n\n')
    return [{ type: 'input_text', text, ...hint }]
  }
  const file = { type: 'input_file', ...fileSource(part, request), ...hint }
  if (context === undefined) return [file]
  request.report.approximated(`${at}.context`, 'sent as a text before the document')
  return [{ type: 'input_text', text: context }, file]
}

function fileSource({ source, name, at }: FilePart, context: RequestContext): JsonObject {
  switch (source.kind) {
    case 'url':
      return { file_url: source.url }
    case 'base64': {
      const filename = name ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document')
      return { filename, file_data: dataUrl(source) }
    }
    default:
      // A file of Chat Completions lies at the same provider.
      if (source.kind === 'id' && context.from === 'openai-chat') return { file_id: source.id }
      return context.report.refuse(at, 'a file stored at another provider cannot be sent: send its data')
  }
}

/** What only its own dialect understands: a readable rendering of it at most. */
export function opaqueTexts(part: OpaquePart, context: RequestContext): string[] {
  const text = renderingOf(part, context)
  return text === undefined ? [] : [text]
}
