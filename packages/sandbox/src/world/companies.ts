import type { RandomStream } from '../random.ts'

/** A business that a customer deals with, and where it sits. */
export interface Company {
  name: string
  domain: string
  industry: string
  place: Place
}

export interface Place {
  street: string
  city: string
  state: string | null
  zip: string
  country: string
  currency: string
  /** Without its last four digits, which no telephone has. */
  phone: string
}

export const places: readonly Place[] = [
  place('88 Harbour Street', 'Halifax', 'NS', 'B3J 1S9', 'CA', 'CAD', '+1902555'),
  place('17 Nassau Street', 'Dublin', null, 'D02 YX88', 'IE', 'EUR', '+3531555'),
  place('Karl-Liebknecht-Straße 9', 'Köln', null, '50667', 'DE', 'EUR', '+49221555'),
  place('Rua das Flores 41', 'São Paulo', 'SP', '01307-001', 'BR', 'BRL', '+5511555'),
  place('Østerbrogade 112', 'København', null, '2100', 'DK', 'DKK', '+45355555'),
  place('350 Mission Street', 'San Francisco', 'CA', '94105', 'US', 'USD', '+1415555'),
  place('1140 Peachtree Street', 'Atlanta', 'GA', '30309', 'US', 'USD', '+1404555'),
  place('4-7-1 Namba', 'Ōsaka', null, '542-0076', 'JP', 'JPY', '+81665555'),
]

/** A name in the manner of the place where the company sits. The same name may come twice, as among real customers. */
export function inventCompany(random: RandomStream): Company {
  const where = random.pick(places)
  const first = random.pick(firsts)
  const trade = random.pick(trades)
  const domain = `${plain(first)}-${plain(trade.word)}-${100 + random.integer(900)}.example`
  return { name: `${first} ${trade.word} ${random.pick(forms[where.country]!)}`, domain, industry: trade.industry, place: where }
}

/** A telephone number at this place. */
export function inventPhone(at: Place, random: RandomStream): string {
  return `${at.phone}${1000 + random.integer(9000)}`
}

const firsts =
  'Northwind Álvarez O’Malley Blaufuchs Límite Sørensen Évora Kestrel Juniper Harbor Łazienki Öresund Copper Finch&Field Vega Ñandú'.split(
    ' ',
  )

const trades = [
  { word: 'Logistics', industry: 'TRANSPORTATION' },
  { word: 'Robotics', industry: 'MACHINERY' },
  { word: 'Foods', industry: 'FOOD_BEVERAGE' },
  { word: 'Press', industry: 'MEDIA' },
  { word: 'Clinics', industry: 'HEALTHCARE' },
  { word: 'Energy', industry: 'UTILITIES' },
  { word: 'Academy', industry: 'EDUCATION' },
  { word: 'Outfitters', industry: 'RETAIL' },
  { word: 'Studios', industry: 'ENTERTAINMENT' },
  { word: 'Capital', industry: 'BANKING' },
]

const forms: Readonly<Record<string, readonly string[]>> = {
  CA: ['Inc.', 'Ltd.'],
  IE: ['Ltd', '& Daughters'],
  DE: ['GmbH', 'GmbH & Co. KG', 'AG'],
  BR: ['Ltda.', 'S.A.'],
  DK: ['ApS', 'A/S'],
  US: ['Inc.', 'LLC', 'Group'],
  JP: ['K.K.', '株式会社'],
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[øØ]/g, 'o')
    .replace(/[łŁ]/g, 'l')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()
}

function place(street: string, city: string, state: string | null, zip: string, country: string, currency: string, phone: string): Place {
  return { street, city, state, zip, country, currency, phone }
}
