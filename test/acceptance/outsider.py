"""An outsider of a running engine, who has nothing but proto/ and the observer's key: reads every subject that
its streams hold, hears what is said, and tries to say something everywhere and to make the server say it for him.
Usage: outsider.py NATS_URL OBSERVER_KEY PROTO_DIR. Prints what came of it as JSON."""
import asyncio, contextlib, importlib, json, pathlib, re, subprocess, sys, tempfile
import nats
from google.protobuf import message_factory
from google.protobuf.unknown_fields import UnknownFieldSet

URL, KEY, PROTO = sys.argv[1:4]
INBOX = "_INBOX_observer.outsider"
# Of each subject, from its first on; the last is read besides.
PER_SUBJECT = 20
LIVE_MAX_S = 60


def messages_of_proto():
    """Compiles the files and returns the class of each message by its full name."""
    out = tempfile.mkdtemp()
    files = [str(path.relative_to(PROTO)) for path in pathlib.Path(PROTO).rglob("*.proto")]
    compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"--python_out={out}"]
    subprocess.run([*compiler, *files], check=True)
    sys.path.insert(0, out)
    found = {}
    for file in files:
        module = importlib.import_module(file[: -len(".proto")].replace("/", ".") + "_pb2")
        for descriptor in module.DESCRIPTOR.message_types_by_name.values():
            found[descriptor.full_name] = message_factory.GetMessageClass(descriptor)
    return found


def catalogue():
    """Returns the streams and families of subjects that proto/README.md names."""
    text = pathlib.Path(PROTO, "README.md").read_text()
    kept = re.findall(r"^## (\w+\.\w+)\n\n- Subject: .*in stream (\w+)", text, re.M)
    return sorted({stream for _, stream in kept}), [family for family, _ in kept]


class Outsider:
    def __init__(self):
        self.messages = messages_of_proto()
        self.streams, self.families = catalogue()
        self.read, self.unreadable, self.errors = {}, [], []

    def decode(self, subject, headers, data):
        kind = (headers or {}).get("ce-type")
        if kind not in self.messages:
            return self.unreadable.append(f"{subject}: {kind}")
        body = self.messages[kind].FromString(data or b"")
        if len(UnknownFieldSet(body)) > 0:
            return self.unreadable.append(f"{subject}: {kind} has fields that proto/ doesn't name")
        self.read[kind] = self.read.get(kind, 0) + 1

    async def read_streams(self):
        """Reads of every subject in every stream. Returns the subjects."""
        subjects = []
        for stream in self.streams:
            held = (await self.js.stream_info(stream, subjects_filter=">")).state.subjects or {}
            for subject in held:
                subjects.append(subject)
                seq = 0
                for _ in range(PER_SUBJECT):
                    try:
                        stored = await self.js.get_msg(stream, seq=seq + 1, subject=subject, next=True)
                    except nats.js.errors.NotFoundError:
                        break
                    seq = stored.seq
                    self.decode(stored.subject, stored.headers, stored.data)
                with contextlib.suppress(nats.js.errors.NotFoundError):  # the stream may let its oldest go
                    last = await self.js.get_last_msg(stream, subject)
                    self.decode(last.subject, last.headers, last.data)
        return subjects

    async def hear(self):
        """Returns the first subject that is said now."""
        told = asyncio.get_running_loop().create_future()

        async def on_message(message):
            if not told.done():
                self.decode(message.subject, message.headers, message.data)
                told.set_result(message.subject)

        heard = [await self.nc.subscribe(f"{family}.>", cb=on_message) for family in self.families]
        subject = await asyncio.wait_for(told, LIVE_MAX_S)
        for one in heard:
            await one.unsubscribe()
        return subject

    async def is_refused(self, subject, reply="", body=b"{}"):
        before = len(self.errors)
        await self.nc.publish(subject, body, reply=reply)
        # What the server says of it comes before its answer to a flush; this library's first one may overtake it.
        await self.nc.flush()
        await self.nc.flush()
        return any("permissions violation" in error.lower() for error in self.errors[before:])

    async def let_through(self, subjects):
        return [subject for subject in subjects if not await self.is_refused(subject)]

    def forbidden(self):
        """Everything by which one would speak, copy, take from another's reader, or end something."""
        api = []
        for stream in self.streams:
            to_streams = ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"]
            api += [f"STREAM.{verb}.{stream}" for verb in to_streams]
            api += [f"CONSUMER.CREATE.{stream}{name}" for name in ["", ".x", ".x.ord.evt.>", ".notifier"]]
            api += [f"CONSUMER.DURABLE.CREATE.{stream}.x", f"DIRECT.GET.{stream}", f"CONSUMER.NAMES.{stream}"]
            api += [f"CONSUMER.{verb}.{stream}.notifier" for verb in ["INFO", "DELETE", "MSG.NEXT", "PAUSE"]]
        api += ["STREAM.NAMES", "STREAM.MSG.GET.KV_leases", "STREAM.MSG.GET.KV_snapshots", "META.LEADER.STEPDOWN"]
        others = ["$KV.leases.execution.paper-main", "$SYS.REQ.SERVER.PING", "rpc.venue.paper-main.submit"]
        return [f"$JS.API.{name}" for name in api] + others + [f"{family}.outsider" for family in self.families]

    async def inject(self):
        """Lets the server answer on subjects of the engine. Returns how many answers came back to observers."""
        back = []

        async def on_answer(message):
            back.append(message.subject)

        to = [f"{family}.injected" for family in self.families]
        for subject in to:
            await self.nc.subscribe(subject, cb=on_answer)
        for stream in self.streams:
            for reply in ["$KV.leases.injected", *to]:
                await self.nc.publish(f"$JS.API.STREAM.INFO.{stream}", b"", reply=reply)
                await self.nc.publish(f"$JS.API.STREAM.MSG.GET.{stream}", b'{"seq":1}', reply=reply)
        expected = 2 * len(self.streams) * len(to)
        for _ in range(600):
            if len(back) >= expected:
                break
            await asyncio.sleep(0.1)
        return {"answers": len(back), "asked": expected, "on": to}

    async def run(self):
        async def on_error(error):
            self.errors.append(str(error))

        self.nc = await nats.connect(URL, nkeys_seed=KEY, inbox_prefix=INBOX, error_cb=on_error)
        self.js = self.nc.jetstream()
        subjects = await self.read_streams()
        heard = await self.hear()
        result = {
            "subjects": subjects,
            "read": self.read,
            "heard": heard,
            "unreadable": self.unreadable,
            "letThrough": await self.let_through(sorted({*subjects, *self.forbidden()})),
            "tried": len({*subjects, *self.forbidden()}),
            "injected": await self.inject(),
        }
        await self.nc.close()
        print(json.dumps(result))


asyncio.run(Outsider().run())
