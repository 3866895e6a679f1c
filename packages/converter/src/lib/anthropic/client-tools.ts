import type { JsonObject } from '../chat/json.ts'

/** A tool whose schema Anthropic's models know by heart, though the client runs it. */
export interface ClientTool {
  readonly description: string
  readonly parameters: JsonObject
}

const string: JsonObject = { type: 'string' }
const integer: JsonObject = { type: 'integer' }

const bash: ClientTool = {
  description: 'Runs a command in a bash session that keeps its state between calls.',
  parameters: {
    type: 'object',
    properties: {
      command: { type: 'string', description: 'The command to run. Required unless the session is restarted.' },
      restart: { type: 'boolean', description: 'Restarts the session instead of running a command.' },
    },
  },
}

function editor(description: string, commands: string[], more: JsonObject): ClientTool {
  return {
    description,
    parameters: {
      type: 'object',
      properties: {
        command: { type: 'string', enum: commands },
        path: string,
        file_text: { type: 'string', description: 'The content of the file, for `create`.' },
        old_str: { type: 'string', description: 'The text to replace, for `str_replace`; it must occur exactly once.' },
        new_str: { type: 'string', description: 'What replaces it.' },
        insert_line: {
          type: 'integer',
          description: 'The line after which to insert, for `insert`; 0 is the beginning.',
        },
        view_range: {
          type: 'array',
          items: integer,
          description: 'First and last line to show, for `view`; -1 is the end.',
        },
        ...more,
      },
      required: ['command'],
    },
  }
}

const edits = 'Views, creates and edits text files.'
const withUndo = editor(edits, ['view', 'create', 'str_replace', 'insert', 'undo_edit'], {})
const withoutUndo = editor(edits, ['view', 'create', 'str_replace', 'insert'], { insert_text: string })

const memory = editor(
  'Keeps notes in files under /memories between conversations.',
  ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'],
  { insert_text: string, old_path: string, new_path: string },
)

/**
 * The documented schema of a client tool by its versioned type word (`bash_20250124`); undefined for tools the provider runs.
 * The editor lost `undo_edit` with `text_editor_20250429`.
 */
export function clientTool(type: string): ClientTool | undefined {
  if (type.startsWith('bash_')) return bash
  if (type.startsWith('memory_')) return memory
  if (!type.startsWith('text_editor_')) return undefined
  return type <= 'text_editor_20250124' ? withUndo : withoutUndo
}
