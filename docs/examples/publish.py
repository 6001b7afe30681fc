# Publishes one event as any other service does. Needs nats-py: pip install nats-py==2.16.0
import asyncio, json, os, uuid
import nats


async def main():
    connection = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    data = {"id": 7, "title": "Prepare room 103", "status": "done"}
    event = {"id": str(uuid.uuid4()), "actor": "housekeeping", "data": data}
    headers = {"Nats-Msg-Id": event["id"]}
    payload = json.dumps(event).encode()
    ack = await connection.jetstream().publish("evt.1.1.tasks.task.updated", payload, headers=headers)
    print(f"{event['id']} is stored at {ack.seq}")
    await connection.close()


asyncio.run(main())
