import { type JsonObject, text } from '../json.ts'
import { checkFileData, checkImage } from '../openai-chat/media.ts'
import { invalid } from './error.ts'

/** Checks an image or a file in the content part that lies at `where`. */
export function checkMedia(part: JsonObject, where: string): void {
  if (part.type === 'input_image') {
    const url = text(part.image_url)
    if (url === undefined && part.file_id == null) throw missing(`${where}.image_url`)
    if (url !== undefined) checkImage(url, `${where}.image_url`)
  }
  if (part.type !== 'input_file') return
  const given = ['file_data', 'file_id', 'file_url'].filter((key) => part[key] != null)
  if (given.length === 0) throw missing(`${where}.file_id`)
  if (given.length > 1) {
    throw invalid(
      `Mutually exclusive parameters: '${where}'. Ensure you are only providing one of: 'file_id', 'file_data', or 'file_url'.`,
      where,
      'mutually_exclusive_parameters',
    )
  }
  const data = text(part.file_data)
  if (data === undefined) return
  if (part.filename == null) throw missing(`${where}.filename`)
  checkFileData(data, `${where}.file_data`)
}

function missing(where: string): Error {
  return invalid(`Missing required parameter: '${where}'.`, where, 'missing_required_parameter')
}
