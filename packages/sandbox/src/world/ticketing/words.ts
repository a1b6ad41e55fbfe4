/** What people write to a help desk and what it answers. Pure data. */

export const roles = [
  { name: 'Administrator', ticket_actions: ['VIEW', 'CREATE', 'EDIT', 'DELETE', 'CLOSE', 'ASSIGN'], ticket_access: 'ALL' },
  { name: 'Agent', ticket_actions: ['VIEW', 'CREATE', 'EDIT', 'CLOSE', 'ASSIGN'], ticket_access: 'TEAM_ONLY' },
  { name: 'Light agent', ticket_actions: ['VIEW', 'CREATE'], ticket_access: 'ASSIGNED_ONLY' },
]

export const teams = ['First response', 'Billing', 'Integrations', 'Trust & Safety', 'Kundenbetreuung']

/** Each is filed in the one before it that is a project. */
export const collections = [
  { name: 'Customer support', type: 'PROJECT' },
  { name: 'Inbox', type: 'LIST' },
  { name: 'Escalations', type: 'LIST' },
  { name: 'Bugs', type: 'PROJECT' },
  { name: 'Triage', type: 'LIST' },
  { name: 'Won’t fix', type: 'LIST' },
]

export const tags = ['billing', 'login', 'sso', 'export', 'mobile', 'api', 'gdpr', 'vip', 'zahlung', 'feature-request', 'p1', '🔥']

export const subjects = [
  'Cannot sign in after the password reset',
  'Export stops at 10,000 rows',
  'Invoice shows the wrong VAT number',
  'Webhook delivered twice',
  'Umlaute in file names are broken (“Übersicht.pdf”)',
  'Please delete my account and all data',
  'Dashboard is blank on Safari',
  'Seats were added but not billed',
  'SSO: group mapping ignores nested groups',
  'Feature request: dark mode 🌙',
]

export const descriptions = [
  'It worked yesterday. Since this morning I only get a white page.\n\nSteps:\n1. open the app\n2. sign in\n3. wait',
  'Our accountant needs this by Friday, could somebody have a look?',
  'See the attached screenshot. <b>Nothing</b> happens when I click “Save”.',
  'Guten Tag, leider stimmt der Betrag auf der Rechnung nicht. Viele Grüße',
  'This is the third time I write about it.',
]

export const replies = [
  'Thank you for writing in. We are looking into it.',
  'Could you send us the request id from the bottom of the page?',
  'This was fixed in today’s release, please try again.',
  'Still the same here, sorry 😕',
  'That did it, thanks!',
]

export const files = [
  ['screenshot.png', 'image/png'],
  ['console.log', 'text/plain'],
  ['Rechnung März.pdf', 'application/pdf'],
  ['export.csv', 'text/csv'],
] as const
