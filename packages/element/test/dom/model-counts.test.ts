import { expect, it } from 'vitest'
import { english } from '../../src/list-messages.ts'
import { countedSoFar } from '../../src/model-counts.ts'

const words = (models: Record<string, { records?: number }> | undefined, records = 0, texts: object = english) =>
  countedSoFar(models, records, (key) => ({ ...texts })[key as never] ?? '').replace(/[\u2068\u2069]/g, '')

it.each([
  ['hris.Employee', 1, '1 employee so far'],
  ['hris.Employee', 1240, '1,240 employees so far'],
  ['hris.Company', 2, '2 companies so far'],
  ['hris.TimeOff', 1, '1 time-off entry so far'],
  ['hris.TimeOff', 2, '2 time-off entries so far'],
  ['hris.TimesheetEntry', 3, '3 timesheet entries so far'],
  ['ats.ScheduledInterview', 4, '4 scheduled interviews so far'],
  ['accounting.VendorCredit', 1, '1 vendor credit so far'],
  ['of_tomorrow.Widget', 5, '5 widgets so far'],
])('%s × %i: %s', (model, records, expected) => {
  expect(words({ [model]: { records } }, records)).toBe(expected)
})

it.each(['hris.BankInfo', 'accounting.CompanyInfo', 'ats.EEOC', 'ats.Eeoc', 'crm.CustomObjectClass'])(
  '%s has no plain word, so its records are called records',
  (model) => {
    expect(words({ [model]: { records: 7 } }, 7)).toBe('7 records so far')
  },
)

it('names three at most, in the order of the server, and leaves out what has none yet', () => {
  const models = {
    'hris.Employee': { records: 5 },
    'hris.Group': { records: 0 },
    'hris.Team': {},
    'hris.Company': { records: 1 },
    'hris.BankInfo': { records: 9 },
    'hris.Location': { records: 900 },
    'hris.PayrollRun': { records: 90 },
  }
  expect(words(models, 1005)).toBe('5 employees · 1 company · 900 locations so far')
})

it.each(['email.Mailbox', 'email.EmailAddress', 'calendar.Series'])('has no word for %s in English rather than a wrong plural', (model) => {
  expect(words({ [model]: { records: 2 } }, 2)).toBe('2 records so far')
})

it('says nothing before the first record, and the sum where a server tells no more', () => {
  expect(words({ 'hris.Employee': { records: 0 } })).toBe('')
  expect(words(undefined)).toBe('')
  expect(words(undefined, 12_345)).toBe('12,345 records so far')
})

it('takes the words of the page, and shows no English among those of another language', () => {
  expect(words({ 'hris.Employee': { records: 2 } }, 2, { ...english, model_Employee: 'colleague|colleagues' })).toBe('2 colleagues so far')
  const other = { language: 'xx', counted: '{count} {what}', so_far: '{what}!', records_other: '{count} X', model_Team: 'T' }
  expect(words({ 'hris.Employee': { records: 2 }, 'hris.Team': { records: 3 } }, 5, other)).toBe('3 T!')
  expect(words({ 'hris.Employee': { records: 2 } }, 2, other)).toBe('2 X')
})

it('is no run of its own, so that in a page that runs from right to left the kinds do too', () => {
  const counted = countedSoFar({ 'hris.Employee': { records: 5 }, 'hris.Team': { records: 2 } }, 7, (key) => english[key as never] ?? '')

  expect(counted).toBe('\u20685\u2069 \u2068employees\u2069 · \u20682\u2069 \u2068teams\u2069 so far')
})
