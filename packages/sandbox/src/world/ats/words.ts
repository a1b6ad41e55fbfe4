/** What a company that hires has and says. Pure data. */

export const departments = ['Engineering', 'Design', 'Sales', 'Customer Care', 'Finance & Legal', 'Forschung']

export const offices = [
  { name: 'Portland', location: 'Portland, OR, United States' },
  { name: 'Toronto', location: 'Toronto, ON, Canada' },
  { name: 'München', location: 'München, Deutschland' },
  { name: 'São Paulo', location: 'São Paulo, SP, Brasil' },
  { name: 'Remote', location: null },
]

export const accessRoles = ['SUPER_ADMIN', 'ADMIN', 'TEAM_MEMBER', 'LIMITED_TEAM_MEMBER', 'INTERVIEWER']

export const tags = ['Referral', 'Silver medalist', 'Relocation', 'Visa needed', 'Alumni', 'Übergabe', 'Strong portfolio', 'Do not contact']

export const rejectReasons = [
  'Lacks the experience',
  'Salary expectations',
  'Withdrew',
  'Position filled',
  'Did not answer',
  'Not eligible to work here',
]

export const stages = ['Application review', 'Phone screen', 'Take-home exercise', 'On-site', 'Offer']

export const titles = [
  'Software Engineer',
  'Site Reliability Engineer',
  'Product Designer',
  'Account Executive',
  'Support Specialist',
  'Accountant',
  'Werkstudent (m/w/d)',
  'Counsel',
]

export const sources = ['LinkedIn', 'Careers page', 'Referral', 'Agency', 'Meetup', null]

export const activities = [
  { activity_type: 'NOTE', subject: null, body: 'Spoke for half an hour; curious, precise, asks good questions.' },
  { activity_type: 'EMAIL', subject: 'Your application', body: 'Thank you for applying.\n\nWe will be in touch within a week.' },
  { activity_type: 'NOTE', subject: null, body: 'Prefers to start after the summer 🏖️' },
  { activity_type: 'OTHER', subject: 'Moved to the next stage', body: null },
]
