/**
 * Pages of Merge's employees list, made so cheaply that whoever reads them is what is measured: one page is built
 * once as bytes, and of each further one only the digits that differ are written into a copy.
 */
export const PAGE_SIZE = 100

export interface EmployeePages {
  /** How long each page is: about 100 × 1.5 kB. */
  readonly bytes: number
  readonly count: number
  /** The page's bytes, `null` beyond the last one. Valid until the next call. */
  page(number: number): Uint8Array | null
  /** What `position` a cursor of ours stands for; `null` for a stranger's. */
  read(cursor: string | null): number | null
}

/** At most 999,900 records: six digits tell them apart. `records` is a multiple of 100. */
export function employeePages(records: number): EmployeePages {
  const count = records / PAGE_SIZE
  const text = `{"next":${NEXT},"previous":null,"results":[${Array.from({ length: PAGE_SIZE }, employee).join(',')}]}`
  const bytes = Buffer.from(text)
  const places = placesOf(bytes)
  return {
    bytes: bytes.length,
    count,
    page(number) {
      if (number >= count) return null
      bytes.write(number + 1 < count ? cursorOf(number + 1) : 'null      ', NEXT_AT)
      for (const [row, ats] of places.entries()) {
        const digits = sixDigits(number * PAGE_SIZE + row)
        for (const at of ats) bytes.write(digits, at)
      }
      return bytes
    },
    read(cursor) {
      if (cursor === null) return 0
      const match = /^p(\d{6})$/.exec(cursor)
      return match === null ? null : Number(match[1])
    },
  }
}

const NEXT_AT = '{"next":'.length
const NEXT = '"p000000" '
const HOLE = '######'

function cursorOf(page: number): string {
  return `"p${sixDigits(page)}" `
}

function sixDigits(number: number): string {
  return String(number).padStart(6, '0')
}

/** Where the digits of each of the page's records are. */
function placesOf(bytes: Buffer): number[][] {
  const each = (bytes.toString('latin1').split(HOLE).length - 1) / PAGE_SIZE
  const places: number[] = []
  for (let at = bytes.indexOf(HOLE); at !== -1; at = bytes.indexOf(HOLE, at + HOLE.length)) places.push(at)
  return Array.from({ length: PAGE_SIZE }, (_, row) => places.slice(row * each, (row + 1) * each))
}

/** One employee as the list serves it, about 1.5 kB, with holes where it differs from the next. */
function employee(): string {
  const id = (kind: string) => `${kind}-3f1c-4a52-9b0e-57ad21${HOLE}`
  return JSON.stringify({
    id: id('5c7d01aa'),
    remote_id: `remote-${HOLE}`,
    created_at: `2026-01-15T08:30:00.${HOLE}Z`,
    modified_at: `2026-01-15T09:00:00.${HOLE}Z`,
    employee_number: HOLE,
    company: id('8d2e14bb'),
    first_name: 'Wilhelmina',
    last_name: `Featherstone ${HOLE}`,
    preferred_name: 'Mina',
    display_full_name: `Mina Featherstone ${HOLE}`,
    username: `mina.featherstone.${HOLE}`,
    groups: [id('6a90c3dd'), id('b1f07e55')],
    work_email: `mina.featherstone.${HOLE}@company.example.test`,
    personal_email: `mina.${HOLE}@example.test`,
    mobile_phone_number: '+15550100100',
    employments: [id('17bb2ac8'), id('9e63f042')],
    home_location: id('d25a9b17'),
    work_location: id('f4e18c60'),
    manager: id('2b7c6d93'),
    team: id('c08f5e31'),
    pay_group: id('7ed4a1f6'),
    ssn: null,
    gender: 'FEMALE',
    ethnicity: null,
    marital_status: 'SINGLE',
    date_of_birth: '1988-11-10T00:00:00Z',
    hire_date: '2019-04-01T00:00:00Z',
    start_date: '2019-04-15T00:00:00Z',
    remote_created_at: '2019-03-20T12:00:00Z',
    employment_status: 'ACTIVE',
    termination_date: null,
    avatar: `https://images.example.test/people/${HOLE}.jpg`,
    custom_fields: null,
    remote_was_deleted: false,
    field_mappings: { organization_defined_targets: { cost_centre: 'R&D 4711' }, linked_account_defined_targets: {} },
    remote_data: null,
  })
}
