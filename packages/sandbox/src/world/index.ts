import { accounting } from './accounting/index.ts'
import { ats } from './ats/index.ts'
import { calendar } from './calendar/index.ts'
import type { Category } from './category.ts'
import { chat } from './chat/index.ts'
import { crm } from './crm/index.ts'
import { email } from './email/index.ts'
import { filestorage } from './filestorage/index.ts'
import { hris } from './hris/index.ts'
import { knowledgebase } from './knowledgebase/index.ts'
import { ticketing } from './ticketing/index.ts'

/** The categories that have data. */
export const categories: readonly Category[] = [hris, ats, crm, accounting, ticketing, filestorage, knowledgebase, chat, email, calendar]
