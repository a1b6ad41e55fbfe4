/** Every field of each model, `null` unless given: Merge leaves no key out. Merge's own fields (`id`, `created_at` …) are added by the engine. */

type Fields = Record<string, unknown>

export function employeeFields(given: Fields): Fields {
  return {
    employee_number: null,
    company: null,
    first_name: null,
    last_name: null,
    preferred_name: null,
    display_full_name: null,
    username: null,
    groups: [],
    work_email: null,
    personal_email: null,
    mobile_phone_number: null,
    employments: [],
    home_location: null,
    work_location: null,
    manager: null,
    team: null,
    pay_group: null,
    ssn: null,
    gender: null,
    ethnicity: null,
    marital_status: null,
    date_of_birth: null,
    hire_date: null,
    start_date: null,
    remote_created_at: null,
    employment_status: null,
    termination_date: null,
    avatar: null,
    custom_fields: null,
    ...given,
  }
}

export function employmentFields(given: Fields): Fields {
  return {
    employee: null,
    job_title: null,
    pay_rate: null,
    pay_period: null,
    pay_frequency: null,
    pay_currency: null,
    pay_group: null,
    flsa_status: null,
    effective_date: null,
    employment_type: null,
    ...given,
  }
}

export function timeOffFields(given: Fields): Fields {
  return {
    employee: null,
    approver: null,
    status: null,
    employee_note: null,
    units: null,
    amount: null,
    request_type: null,
    start_time: null,
    end_time: null,
    ...given,
  }
}

export function locationFields(given: Fields): Fields {
  return {
    name: null,
    phone_number: null,
    street_1: null,
    street_2: null,
    city: null,
    state: null,
    zip_code: null,
    country: null,
    location_type: null,
    ...given,
  }
}

export function groupFields(given: Fields): Fields {
  return { parent_group: null, name: null, type: null, is_commonly_used_as_team: false, ...given }
}
