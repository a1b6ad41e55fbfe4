import { memoryStorage } from '@connect-integration/server/storage/memory'
import { describeStorage } from '@connect-integration/testkit'
import { factoryOf } from '../factory.cjs'

describeStorage('mine', factoryOf(memoryStorage))
