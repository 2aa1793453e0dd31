"""A calendar client that shares no code with this module.

It books, reads, changes, moves and cancels with Debian's python3-exchangelib: a
meeting with a room, a series with an exception, an event of a whole day. What it
saw goes to stdout as one JSON object.

usage: exchangelib_calendar.py URL USER PASSWORD ORGANIZER ROOM ROOM-LIST
"""

import datetime
import json
import sys

from exchangelib import BASIC, IMPERSONATION, Account, CalendarItem, Configuration, Credentials, EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.fields import MONDAY, WEDNESDAY
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.recurrence import Recurrence, WeeklyPattern

BERLIN = EWSTimeZone("Europe/Berlin")
UTC = EWSTimeZone("UTC")


def at(*clock):
    return EWSDateTime(2030, *clock, tzinfo=BERLIN)


def utc(time):
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def describe(item):
    return {
        "subject": item.subject,
        "start": utc(item.start),
        "end": utc(item.end),
        "type": item.type,
        "response": item.my_response_type,
        "status": item.legacy_free_busy_status,
    }


def view(account):
    return [describe(i) for i in account.calendar.view(start=at(1, 1), end=at(6, 1))]


def sync(account):
    return [[kind, item.id] for kind, item in account.calendar.sync_items(only_fields=["subject"])]


def main():
    url, user, password, organizer, room, room_list = sys.argv[1:]

    def account(smtp):
        return Account(
            primary_smtp_address=smtp,
            access_type=IMPERSONATION,
            default_timezone=BERLIN,
            config=Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type=BASIC),
        )

    mine, rooms = account(organizer), account(room)
    seen = {
        "room_lists": [[str(l.name), l.email_address] for l in mine.protocol.get_roomlists()],
        "rooms": [r.email_address for r in mine.protocol.get_rooms(room_list)],
        "sync_empty": sync(rooms),
    }

    # A meeting in the room.
    meeting = CalendarItem(
        account=mine, folder=mine.calendar, subject="Budget", body="figures", location="Room 1",
        start=at(1, 7, 9), end=at(1, 7, 10), resources=[room], required_attendees=["bob@elsewhere.example"], categories=["Red"],
    )
    meeting.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    meeting.refresh()
    booked = list(rooms.calendar.all())[0]
    booked.refresh()
    seen["meeting"] = {
        "id": meeting.id, "changekey": meeting.changekey, "same_uid": meeting.uid == booked.uid, "body": str(meeting.body),
        "categories": meeting.categories, "organizer": booked.organizer.email_address, "room_body": booked.body,
        "answers": [[a.mailbox.email_address, a.response_type] for a in meeting.resources + meeting.required_attendees],
        "state": booked.appointment_state, "in_room": describe(booked),
    }
    seen["sync_booked"] = sync(rooms)
    meeting.start, meeting.end = meeting.start + datetime.timedelta(days=1), meeting.end + datetime.timedelta(days=1)
    meeting.subject = "Budget 2"
    meeting.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    seen["moved"] = view(rooms)
    seen["sync_moved"] = sync(rooms)

    # A series over the change of the clocks, of which one occurrence moves and one is deleted.
    series = CalendarItem(
        account=mine, folder=mine.calendar, subject="Series", start=at(3, 25, 9), end=at(3, 25, 10),
        recurrence=Recurrence(pattern=WeeklyPattern(interval=1, weekdays=[MONDAY, WEDNESDAY]), start=EWSDate(2030, 3, 25), number=6),
    )
    series.save()
    occurrence = series.occurrence(2)
    occurrence.refresh()
    occurrence.start, occurrence.end = occurrence.start + datetime.timedelta(hours=3), occurrence.end + datetime.timedelta(hours=3)
    occurrence.subject = "Moved"
    occurrence.save(update_fields=["subject", "start", "end"])
    third = series.occurrence(3)
    third.refresh()
    third.delete()
    master = occurrence.recurring_master()
    master.refresh()
    seen["series"] = {
        "same": master.id == series.id, "type": master.type, "pattern": str(master.recurrence),
        "first": utc(master.first_occurrence.start), "last": utc(master.last_occurrence.start),
        "modified": [[utc(o.original_start), utc(o.start)] for o in master.modified_occurrences],
        "deleted": [utc(o.start) for o in master.deleted_occurrences],
    }

    # A whole day, which is one in Berlin.
    day = CalendarItem(account=mine, folder=mine.calendar, subject="Day", start=EWSDate(2030, 5, 1), end=EWSDate(2030, 5, 2), is_all_day=True)
    day.save()
    day.refresh()
    seen["day"] = [day.is_all_day, str(day.start), str(day.end)]
    seen["view"] = [i.subject for i in mine.calendar.view(start=at(1, 1), end=at(6, 1))]
    day.move_to_trash()

    meeting.cancel()
    seen["cancelled"] = view(rooms)
    seen["sync_cancelled"] = sync(rooms)
    seen["left"] = sorted(i.subject for i in mine.calendar.all())
    print(json.dumps(seen), flush=True)


main()
