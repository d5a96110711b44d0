// Jest keeps the globals of a test file behind two proxies, and every `Math`, `Map` or `Number` in the code
// under test goes through both: a simulation takes almost twice as long as it takes Node. A context whose
// global object is a plain one keeps test files apart as well.
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

export default class PlainGlobalEnvironment extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
