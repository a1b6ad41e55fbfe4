import type * as z from 'zod/mini'
import { ErrorCode, IntegrationError } from '../errors.ts'
import { PARSED } from './webhook.ts'

const MAXIMUM_BYTES = 64 * 1024

/**
 * A form of a foreign page can send three content types, and always names one: so whoever changes something names JSON or, where no body is
 * read, nothing. Throws `INPUT_INVALID`.
 */
export function checkContentType({ method, headers }: Request): void {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (method !== 'GET' && type !== undefined && type !== 'application/json') throw wrongType()
}

/**
 * Reads a JSON body against a closed schema: a field that is not in it is refused. Throws `INPUT_INVALID`; and `CONFIG_INVALID` where a framework
 * has read the body and kept it to itself.
 */
export async function readJson<Schema extends z.ZodMiniType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  if (request.headers.get('content-type') === null) throw wrongType()
  const text = await readText(request)
  if (text === '' && PARSED in request && request.headers.get('content-length') !== '0') throw bodyGone()
  const parsed = schema.safeParse(parse(text))
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

function bodyGone(): IntegrationError {
  return new IntegrationError(
    ErrorCode.CONFIG_INVALID,
    'The body of a request was read before it reached the handler, and nothing of it was kept. Mount the handler before whatever parses bodies, or hand on what that made of it: in Fastify Object.assign(request.raw, { body: request.body }).',
  )
}

function wrongType(): IntegrationError {
  return invalid('The content type must be application/json.')
}

function tooLarge(): IntegrationError {
  return invalid(`The body is larger than ${MAXIMUM_BYTES} bytes.`)
}

function invalid(message: string): IntegrationError {
  return new IntegrationError(ErrorCode.INPUT_INVALID, message)
}
