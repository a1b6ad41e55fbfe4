/** What is sold and what is said about it. Pure data. */

export const stages = ['Qualification', 'Discovery', 'Proposal', 'Negotiation', 'Closed won', 'Closed lost']

export const engagementTypes = [
  { activity_type: 'CALL', name: 'Call' },
  { activity_type: 'MEETING', name: 'Meeting' },
  { activity_type: 'EMAIL', name: 'E-mail' },
]

export const leadSources = ['Website', 'Trade fair', 'Partner', 'Cold call', 'Webinar', null]

export const titles = ['Head of Operations', 'CFO', 'IT Manager', 'Einkaufsleiterin', 'Founder', 'Directeur général', null]

export const deals = ['Annual plan', 'Pilot', 'Expansion', 'Renewal', 'Mehrjahresvertrag', 'Professional services']

export const notes = [
  'Champion is on leave until the 14th.',
  'They compare us with two others; price is not the question, the roll-out is.',
  'Wants a reference customer in São Paulo 🇧🇷',
  'Legal sent a red-lined contract:\n- liability cap\n- data residency\n- “reasonable efforts”',
]

export const subjects = ['Introduction', 'Follow-up', 'Quarterly review', 'Pricing', 'Rückruf', 'Contract questions']
