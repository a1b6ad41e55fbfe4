import type { RecordChange } from '@connect-integration/server'
import type { hris } from '@connect-integration/server/models'

/** What the app wants to know of a record of the HR system. */
export interface Employee {
  id: string
  /** Lower case, without spaces around it; `null` when there is none. */
  email: string | null
  name: string
  employed: boolean
}

/** Not `status === 'ACTIVE'`: systems have words of their own ("On leave"), and some say nothing at all. */
const NOT_AT_WORK: readonly unknown[] = ['INACTIVE', 'PENDING']

/** A deletion counts as having left. */
export function readEmployee({ id, op, data }: RecordChange<hris.Employee>): Employee {
  const name = data.display_full_name ?? [data.first_name, data.last_name].filter(Boolean).join(' ')
  return {
    id,
    email: data.work_email?.trim().toLowerCase() || null,
    name: name || 'Unnamed',
    employed: op === 'upsert' && !NOT_AT_WORK.includes(data.employment_status),
  }
}
