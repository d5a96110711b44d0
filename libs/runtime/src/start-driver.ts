import {
  type DrivePlan,
  Driver,
  type DriverOptions,
  type Input,
  type Machine,
  type OwnInput,
} from '@algo/bus';
import type { FactName } from '@algo/contracts';

/** Starts a driver and returns it with the machine that its plan made. *Errors*: as `Driver.start`. */
export async function startDriver<
  In extends Input,
  Out extends FactName,
  Request,
  Own extends OwnInput,
  Made extends Machine<In, Out, Request>,
>(
  plan: DrivePlan<In, Out, Request, Own, Made>,
  options: Omit<DriverOptions<In, Out, Request, Own>, 'plan'>,
): Promise<{ readonly machine: Made; readonly driver: Driver<In, Out, Request, Own> }> {
  const machines: Made[] = [];
  const restore = (snapshot: Uint8Array | undefined): Made => {
    const machine = plan.restore(snapshot);
    machines.push(machine);
    return machine;
  };
  const driver = await Driver.start<In, Out, Request, Own>({ ...options, plan: { ...plan, restore } });
  return { machine: machines[0]!, driver };
}
