#!/usr/bin/env node
// Here and not in dist, so that a workspace that is not built yet can link it.
import './dist/bin.js'
