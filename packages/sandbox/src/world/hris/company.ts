/** What the invented company is made of: its offices, departments, titles and pay. Pure data. */

export interface Office {
  city: string
  street: string
  state: string | null
  zip: string
  country: string
  phone: string
  currency: string
  /** Multiplies the pay below, which is in USD, into this currency at the local level. */
  pay: number
}

export const offices: readonly Office[] = [
  {
    city: 'Portland',
    street: '1200 NW Lovejoy Street',
    state: 'OR',
    zip: '97209',
    country: 'US',
    phone: '+15035550142',
    currency: 'USD',
    pay: 1,
  },
  {
    city: 'Austin',
    street: '401 Congress Avenue',
    state: 'TX',
    zip: '78701',
    country: 'US',
    phone: '+15125550117',
    currency: 'USD',
    pay: 0.95,
  },
  {
    city: 'Toronto',
    street: '25 York Street',
    state: 'ON',
    zip: 'M5J 2V5',
    country: 'CA',
    phone: '+14165550163',
    currency: 'CAD',
    pay: 1.1,
  },
  {
    city: 'München',
    street: 'Rosenheimer Straße 14',
    state: null,
    zip: '81669',
    country: 'DE',
    phone: '+49895550121',
    currency: 'EUR',
    pay: 0.75,
  },
  {
    city: 'São Paulo',
    street: 'Avenida Paulista 1450',
    state: 'SP',
    zip: '01310-100',
    country: 'BR',
    phone: '+551155550188',
    currency: 'BRL',
    pay: 2.6,
  },
  {
    city: 'Bengaluru',
    street: '80 Residency Road',
    state: 'KA',
    zip: '560025',
    country: 'IN',
    phone: '+918055550134',
    currency: 'INR',
    pay: 28,
  },
  {
    city: 'Łódź',
    street: 'ulica Piotrkowska 152',
    state: null,
    zip: '90-062',
    country: 'PL',
    phone: '+48425550109',
    currency: 'PLN',
    pay: 2.1,
  },
  { city: 'Tōkyō', street: '2-11-3 Meguro', state: null, zip: '153-0063', country: 'JP', phone: '+81355550176', currency: 'JPY', pay: 105 },
]

export interface Department {
  name: string
  unit: 'Product' | 'Business' | 'Operations'
  head: string
  lead: string
  titles: readonly string[]
  /** Yearly, USD, of somebody without reports. */
  pay: number
}

export const departments: readonly Department[] = [
  {
    name: 'Engineering',
    unit: 'Product',
    head: 'Chief Technology Officer',
    lead: 'Engineering Manager',
    titles: ['Software Engineer', 'Senior Software Engineer', 'Site Reliability Engineer', 'QA Engineer'],
    pay: 125_000,
  },
  {
    name: 'Design & Research',
    unit: 'Product',
    head: 'Chief Product Officer',
    lead: 'Product Lead',
    titles: ['Product Designer', 'Product Manager', 'User Researcher'],
    pay: 112_000,
  },
  {
    name: 'Sales',
    unit: 'Business',
    head: 'Chief Revenue Officer',
    lead: 'Sales Manager',
    titles: ['Account Executive', 'Sales Development Representative', 'Solutions Engineer'],
    pay: 84_000,
  },
  {
    name: 'Marketing',
    unit: 'Business',
    head: 'Chief Marketing Officer',
    lead: 'Marketing Manager',
    titles: ['Content Strategist', 'Growth Marketer', 'Events Coordinator'],
    pay: 78_000,
  },
  {
    name: 'Customer Care',
    unit: 'Operations',
    head: 'VP Customer Care',
    lead: 'Care Team Lead',
    titles: ['Support Specialist', 'Implementation Consultant'],
    pay: 58_000,
  },
  {
    name: 'People',
    unit: 'Operations',
    head: 'Chief People Officer',
    lead: 'HR Business Partner',
    titles: ['Recruiter', 'Payroll Specialist', 'Office Manager'],
    pay: 71_000,
  },
  {
    name: 'Finance & Legal',
    unit: 'Operations',
    head: 'Chief Financial Officer',
    lead: 'Finance Manager',
    titles: ['Accountant', 'Financial Analyst', 'Counsel'],
    pay: 92_000,
  },
]

export const units = ['Product', 'Business', 'Operations'] as const

export const notes: readonly string[] = [
  'Family holiday',
  'Long weekend in the mountains',
  'Moving to a new flat',
  'Doctor’s appointment, back after lunch',
  'Wedding 🎉',
  'Parental leave, see the agreed plan:\n1. first month\n2. “phase-in” weeks',
]
