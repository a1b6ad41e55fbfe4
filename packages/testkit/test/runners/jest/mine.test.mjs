import { memoryStorage } from '@connect-integration/server/storage/memory'
import { describeStorage } from '@connect-integration/testkit'
import { test } from '@jest/globals'
import { factoryOf } from '../factory.cjs'

describeStorage('mine', factoryOf(memoryStorage), { test })
