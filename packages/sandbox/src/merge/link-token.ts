import { findIntegration } from '../integrations.ts'
import { json } from './answers.ts'
import type { Call } from './context.ts'

/** Merge's reference leaves the last three out of this list, although each has a link-token endpoint of its own. */
const categoryNames = ['hris', 'ats', 'accounting', 'ticketing', 'crm', 'mktg', 'filestorage', 'knowledgebase', 'chat', 'email', 'calendar']

/** `POST /integrations/create-link-token` and `POST /{category}/v1/link-token` */
export async function createLinkToken(call: Call): Promise<Response> {
  const body = await readBody(call.request)
  if (!body) return json({ detail: 'JSON parse error' }, 400)
  const problems: Record<string, string[]> = {}
  const complain = (field: string, message: string) => {
    problems[field] = [message]
  }

  for (const field of ['end_user_email_address', 'end_user_organization_name', 'end_user_origin_id']) {
    const value = body[field]
    if (value === undefined) complain(field, 'This field is required.')
    else if (typeof value !== 'string') complain(field, 'Not a valid string.')
    else if (value === '') complain(field, 'This field may not be blank.')
    else if (value.length > 100) complain(field, 'Ensure this field has no more than 100 characters.')
  }
  const names = body.categories
  if (names === undefined) complain('categories', 'This field is required.')
  else if (!Array.isArray(names)) complain('categories', 'Expected a list of items.')
  else if (names.length === 0) complain('categories', 'This list may not be empty.')
  else for (const name of names) if (!categoryNames.includes(name)) complain('categories', `"${name}" is not a valid choice.`)

  const minutes = body.link_expiry_mins ?? 30
  const longest = body.should_create_magic_link_url === true ? 10_080 : 720
  if (!Number.isInteger(minutes)) complain('link_expiry_mins', 'A valid integer is required.')
  else if (Number(minutes) < 30) complain('link_expiry_mins', 'Ensure this value is greater than or equal to 30.')
  else if (Number(minutes) > longest) complain('link_expiry_mins', `Ensure this value is less than or equal to ${longest}.`)
  if (!['en', 'de', null, undefined].includes(body.language as string)) complain('language', `"${body.language}" is not a valid choice.`)

  const slug = body.integration ?? null
  const wanted = Array.isArray(names) ? names : []
  const integration = typeof slug === 'string' ? findIntegration(slug, wanted) : null
  if (slug !== null && !integration) complain('integration', 'This integration does not exist or is not enabled.')
  const categories = call.categories.filter((category) => wanted.includes(category.name))
  if (categories.length === 0 && !problems.categories) complain('categories', `The sandbox has no data for ${wanted.join(', ')}.`)
  if (Object.keys(problems).length > 0) return json(problems, 400)

  const made = call.sessions.create({
    originId: String(body.end_user_origin_id),
    organizationName: String(body.end_user_organization_name),
    emailAddress: String(body.end_user_email_address),
    categories,
    integration,
    expiryMinutes: Number(minutes),
  })
  const magic = body.should_create_magic_link_url === true ? `${call.origin}/magic-link/${made.linkToken}` : null
  return json({ link_token: made.linkToken, integration_name: made.integrationName, magic_link_url: magic })
}

async function readBody(request: Request): Promise<Record<string, unknown> | null> {
  try {
    const body: unknown = await request.json()
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null
  } catch {
    return null
  }
}
