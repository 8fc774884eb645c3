using System.Globalization;
using System.Text;
using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>
/// Contacts are merged, deleted, made, and swap emails at random moments, also in the middle of the work; creates are not answered, calls
/// fail, and the process dies. Once all is done: one user per email, one living contact per user, nobody was welcomed twice or is still owed
/// something, a returned password signs in, and no user of a living contact has lost his tags.
/// </summary>
[Trait("Spec", "2.4")]
[Trait("Spec", "2.6")]
[Trait("Spec", "3.2")]
[Trait("Spec", "4.1")]
public sealed class MergeProperties
{
    // CLEANSYNC_MERGE_SEEDS=5000 tries more of them.
    private static readonly int Seeds = int.TryParse(
        Environment.GetEnvironmentVariable("CLEANSYNC_MERGE_SEEDS"),
        CultureInfo.InvariantCulture,
        out var seeds
    )
        ? seeds
        : 300;

    [Fact]
    public async Task Whatever_happens_to_contacts_while_they_are_worked_each_user_ends_with_one_and_is_paid_once()
    {
        for (var seed = 0; seed < Seeds; seed++)
            await new Run(seed).Go();
    }

    private sealed class Run
    {
        private const int Most = 7;
        private const int Rounds = 14;
        private const string Tag = "member";
        private static readonly string[] Emails =
        [
            "a@example.test",
            "b@example.test",
            "c@example.test",
            "d@example.test",
        ];

        private readonly World _world = new();
        private readonly Random _random;
        private readonly StringBuilder _log = new();
        private World.Process _process;
        private int _contacts = 3;

        // Whether somebody may have missed his mail or his password for a reason.
        private bool _excused;

        public Run(int seed)
        {
            _random = new Random(seed);
            Log($"seed {seed}");
            _world.Users.KeepsTokens = Next(3) > 0;
            _world.Users.Abilities = _world.Users.Abilities with
            {
                SearchesLinks = _world.Users.KeepsTokens && Next(2) == 0,
                ComparesPasswords = Next(2) == 0,
            };
            _world.Rules = _world.Rules with { WhenGone = Next(2) == 0 ? GonePolicy.Keep : GonePolicy.Revoke };
            Log($"tokens {_world.Users.KeepsTokens}, {_world.Users.Abilities}, {_world.Rules.WhenGone}");
            for (var id = 1; id <= _contacts; id++)
                Living[id] = World.Ann(Emails[id - 1], Tag) with { Id = id };
            _process = _world.Start();
        }

        private Dictionary<long, Contact> Living => _world.Contacts.All;

        public async Task Go()
        {
            for (var round = 0; round < Rounds; round++)
                await Rage();
            // All is calm: whoever is left is worked, twice, since who takes somebody over is worked once more.
            for (var again = 0; again < 2; again++)
            {
                for (var id = 1; id <= Most; id++)
                    await Webhook(SyncAction.Update, id);
                await Drain();
            }
            await Audit();
            _process.Dispose();
        }

        private async Task Rage()
        {
            if (Next(5) == 0)
                Fail();
            switch (Next(7))
            {
                case 0:
                    ChangeContacts();
                    break;
                case 1:
                    LeaveCreateUnanswered();
                    break;
                default:
                    for (var count = 1 + Next(6); count > 0; count--)
                        await Webhook(Next(2) == 0 ? SyncAction.Add : (SyncAction)(1 + Next(3)), 1 + Next(6));
                    break;
            }
            if (Next(2) == 0)
            {
                var steps = Next(60);
                _world.AtStep = () =>
                {
                    if (Interlocked.Decrement(ref steps) == 0)
                        ChangeContacts();
                };
            }
            if (Next(4) == 0)
            {
                _excused = true;
                _world.StepsLeft = Next(40);
                Log($"dies after {_world.StepsLeft} steps");
            }
            await _process.Pump.RunOnce("shop", default);
            _world.AtStep = null;
            if (_world.StepsLeft is < 0)
            {
                _process.Dispose();
                _process = _world.Start();
            }
            _world.StepsLeft = null;
            _world.Time.Advance(TimeSpan.FromSeconds(Next(2) == 0 ? 2 : 100));
        }

        private void Fail()
        {
            var fault = new TransientException("HTTP 503", ofContact: true);
            Log("one fault to come");
            switch (Next(4))
            {
                case 0:
                    _world.Users.Faults.Enqueue(fault);
                    break;
                case 1:
                    _world.Contacts.Faults.Enqueue(fault);
                    break;
                case 2:
                    _world.Contacts.WriteFaults.Enqueue(fault);
                    break;
                default:
                    _world.MailEnds.Enqueue(MailEnd.NotSent);
                    break;
            }
        }

        private void LeaveCreateUnanswered()
        {
            _excused = true;
            Log("the next create is not answered");
            var fault = new TransientException("no answer", unanswered: true);
            if (Next(2) == 0)
                _world.Users.AfterCreate.Enqueue(fault);
            else
                _world.Users.BeforeCreate = () =>
                {
                    _world.Users.BeforeCreate = null;
                    throw fault;
                };
        }

        // An email belongs to one contact at a time.
        private void ChangeContacts()
        {
            lock (Living)
            {
                var ids = Living.Keys.Order().ToList();
                if (ids.Count == 0)
                    return;
                var (one, other) = (ids[Next(ids.Count)], ids[Next(ids.Count)]);
                var free = Emails.Except(Living.Values.Select(contact => contact.Email)).FirstOrDefault();
                switch (Next(5))
                {
                    case 0 when one != other:
                        Log($"{one} is merged into {other}, which takes its email");
                        var email = Living[one].Email;
                        Living.Remove(one);
                        Living[other] = Living[other] with { Email = email };
                        break;
                    case 1 when Next(2) == 0:
                        Log($"{one} is deleted");
                        Living.Remove(one);
                        break;
                    case 2 when one != other:
                        Log($"{one} and {other} swap emails");
                        (Living[one], Living[other]) = (
                            Living[one] with
                            {
                                Email = Living[other].Email,
                            },
                            Living[other] with
                            {
                                Email = Living[one].Email,
                            }
                        );
                        break;
                    case 3 when free is not null:
                        Log($"{one} moves to {free}");
                        Living[one] = Living[one] with { Email = free };
                        break;
                    case 4 when free is not null && _contacts < Most:
                        Log($"{++_contacts} is new, with {free}");
                        Living[_contacts] = World.Ann(free, Tag) with { Id = _contacts };
                        break;
                    default:
                        break;
                }
            }
        }

        private Task Webhook(SyncAction action, long contact)
        {
            Log($"{action} {contact}");
            return _world.Store.Accept("shop", contact, new SyncRequest(action), default);
        }

        private async Task Drain()
        {
            for (var minutes = 0; minutes < 300; minutes++)
            {
                if (Enumerable.Range(1, Most).All(id => _world.Store.RowOf(id) is null or { Parked: not null }))
                    return;
                await _process.Pump.RunOnce("shop", default);
                _world.Time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        private async Task Audit()
        {
            for (var id = 1; id <= Most; id++)
                Holds(_world.Store.RowOf(id) is not ({ Parked: null } or { Parked: ParkReason.GaveUp }), $"{id} ends");
            var users = _world.Users.All.Values;
            Holds(users.DistinctBy(user => user.Email).Count() == users.Count, "one user per email");
            foreach (var user in users)
            {
                var mails = _world.Mails.Count(mail => mail.UserId == user.Id);
                Holds(mails <= 1, $"user {user.Id} is welcomed once");
                var linked = (await _world.Store.LinkedContacts("shop", user.Id, default))
                    .Where(Living.ContainsKey)
                    .ToList();
                Holds(linked.Count <= 1, $"user {user.Id} has one living contact");
                if (linked is [var contact])
                    Audit(user, _world.Store.Entry(contact), mails);
            }
        }

        private void Audit(User user, LedgerEntry entry, int mails)
        {
            Holds(user.Tags!.Contains(Tag), $"user {user.Id} keeps the tags of his contact");
            Holds(
                entry is { PasswordReturn: not PasswordReturn.Due, WelcomeMail: not WelcomeMailState.Due },
                $"user {user.Id} is paid"
            );
            Holds(
                entry.PasswordReturn != PasswordReturn.Returned
                    || _world.Contacts.Fields.ContainsValue(_world.Users.Passwords[user.Id]),
                $"what was returned is the password of user {user.Id}"
            );
            Holds(
                _excused || (mails == 1 && entry.PasswordReturn != PasswordReturn.NotDue),
                $"user {user.Id} was welcomed, and his password is not forgotten"
            );
        }

        private void Holds(bool what, string words) => Assert.True(what, $"not so: {words}\n{_log}");

        private int Next(int count)
        {
            lock (_random)
                return _random.Next(count);
        }

        private void Log(string text)
        {
            lock (_log)
                _log.AppendLine(text);
        }
    }
}
