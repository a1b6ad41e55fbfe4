// Lit says once per process that it runs in development mode; here it always does.
Object.assign(globalThis, { litIssuedWarnings: new Set(['dev-mode']) })
