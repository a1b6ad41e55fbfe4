import type * as z from 'zod/mini'
import { ErrorCode, IntegrationError } from '../errors.ts'

const MAXIMUM_BYTES = 64 * 1024

/** Reads a JSON body against a closed schema: a field that is not in it is refused. Throws `INPUT_INVALID`. */
export async function readJson<Schema extends z.ZodMiniType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw invalid('The content type must be application/json.')
  const parsed = schema.safeParse(parse(await readText(request)))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalid(`The body does not fit: ${issue?.path.map(String).join('.') || 'the whole'} (${issue?.code}).`)
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > MAXIMUM_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MAXIMUM_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('The body is not JSON.')
  }
}

function tooLarge(): IntegrationError {
  return invalid(`The body is larger than ${MAXIMUM_BYTES} bytes.`)
}

function invalid(message: string): IntegrationError {
  return new IntegrationError(ErrorCode.INPUT_INVALID, message)
}
