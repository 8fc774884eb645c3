using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.WordPress;
using CleanSync.Infrastructure.WordPress.CoreRest;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.WordPress;

/// <summary>What only a real WordPress can show of the core REST adapter.</summary>
public abstract partial class CoreRestOnWordPress
{
    private async Task<int> Headcount() =>
        (await WordPress.Call(HttpMethod.Get, "/wp/v2/users?context=edit&per_page=1&orderby=id&order=desc&_fields=id"))[
            0
        ]
            .GetProperty("id")
            .GetInt32();

    [Fact, Trait("Spec", "8.1")]
    public async Task Concurrent_changes_use_the_batch_route_from_6_6_on()
    {
        using var recorder = new Recorder();
        // Stands still until all are asked for, so that they go out together however busy the machine is.
        var time = new FakeTimeProvider();
        var users = new CoreRestUsers(
            SiteRest.To(WordPressHttp.Client(recorder), WordPress.Site, time),
            WordPress.Site,
            time,
            NullLogger<CoreRestUsers>.Instance
        );
        var crowd = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Existing()));
        await users.Describe(Stop);
        recorder.Routes.Clear();

        var changes = crowd
            .Select(user => users.Change(user.Id, Set((UserTarget.FirstName, Text("Batched"))), Stop))
            .ToList();
        time.Advance(TimeSpan.FromMilliseconds(20));
        await Task.WhenAll(changes);

        var batched = WordPress.Version >= new Version(6, 6);
        Assert.Equal(batched, recorder.Routes.Contains("POST /wp-json/batch/v1"));
        Assert.Equal(batched ? 1 : 5, recorder.Routes.Count);
        foreach (var user in crowd)
            Assert.Equal("Batched", TextOf(await Again(user), UserTarget.FirstName));
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task One_user_who_breaks_a_plugin_fails_alone()
    {
        var crowd = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Existing()));

        var changes = crowd
            .Select(
                (user, i) =>
                    Users.Change(user.Id, Set((UserTarget.LastName, Text(i == 1 ? "cleansync-fatal" : "Fine"))), Stop)
            )
            .ToList();

        await Assert.ThrowsAsync<TransientException>(() => changes[1]);
        foreach (var i in new[] { 0, 2, 3 })
        {
            Assert.Empty((await changes[i]).Warnings);
            Assert.Equal("Fine", TextOf(await Again(crowd[i]), UserTarget.LastName));
        }
    }

    [Fact, Trait("Spec", "2.12")]
    public async Task Names_too_long_for_a_display_name_are_kept_and_the_display_name_cut()
    {
        var draft = Draft(Unique());
        var (first, last) = (new string('é', 200), string.Concat(Enumerable.Repeat("A&B ", 30)).Trim());
        var created = Assert.IsType<Creation.Created>(
            await Users.Create(
                draft with
                {
                    Values = draft.Values.Add(UserTarget.FirstName, Text(first)).Add(UserTarget.LastName, Text(last)),
                },
                Stop
            )
        );

        var user = await Again(created.User);
        Assert.Equal(first, TextOf(user, UserTarget.FirstName));
        Assert.Equal(last, TextOf(user, UserTarget.LastName));
        Assert.StartsWith(first, TextOf(user, UserTarget.DisplayName), StringComparison.Ordinal);
    }

    [Fact, Trait("Spec", "8.1")]
    public async Task Meta_of_the_wrong_type_or_protected_is_left_out_and_the_rest_applied()
    {
        var user = await Existing();

        var report = await Users.Change(
            user.Id,
            Set(
                (UserTarget.FirstName, Text("Ann")),
                ("points", Text("many")),
                ("_hidden", Text("x")),
                ("unregistered", Text("x")),
                ("membership_level", Text("gold"))
            ),
            Stop
        );

        Assert.Equal(
            ["meta_not_registered(unregistered)", "value_refused(_hidden)", "value_refused(points)"],
            report.Warnings.Select(warning => warning.ToString()).Order(StringComparer.Ordinal)
        );
        var now = await Again(user);
        Assert.Equal("Ann", TextOf(now, UserTarget.FirstName));
        Assert.Equal("gold", TextOf(now, "membership_level"));
    }

    [Fact, Trait("Spec", "2.10")]
    public async Task Asking_for_roles_creates_nobody_and_sees_what_a_custom_role_may()
    {
        await Existing(Draft(Unique()) with { Role = "danger" });
        var before = await Headcount();

        var users = WordPress.UsersOf(WordPress.Site);
        var book = await users.ResolveRoles(["danger", "customer", "administrator", "no_such", "Editor", "x y"], Stop);

        Assert.Equal(before, await Headcount());
        Assert.Equal(["manage_options", "read"], book.Find("danger")!.Capabilities!.Order(StringComparer.Ordinal));
        Assert.Equal(["read"], book.Find("customer")!.Capabilities!);
        Assert.Null(book.Find("no_such"));
        Assert.Null(book.Find("x y"));
    }

    [Fact, Trait("Spec", "2.5")]
    public async Task Twins_are_both_found()
    {
        var (one, two) = (await Existing(), await Existing());
        await WordPress.Sql($"UPDATE wp_users SET user_email = UPPER('{one.Email}') WHERE ID = {two.Id}");

        var found = await Users.FindByEmail(one.Email, Stop);

        Assert.Equal([one.Id, two.Id], found.Users.Select(user => user.Id));
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task The_set_password_mail_goes_to_the_user_with_a_link_and_to_nobody_unknown()
    {
        var user = await Existing();
        var mail = new WordPressWelcomeMail(WordPress.Http, WordPress.Site, TimeProvider.System);
        var stranger = Unique();

        Assert.Equal(MailEnd.Sent, await mail.Send(new WelcomeMessage(user.Id, user.Login, user.Email, "", ""), Stop));
        Assert.Equal(
            MailEnd.Refused,
            await mail.Send(new WelcomeMessage(0, stranger, stranger + "@example.test", "", ""), Stop)
        );

        Assert.Contains("action=rp", Assert.Single(await WordPress.MailsTo(user.Email)), StringComparison.Ordinal);
        Assert.Empty(await WordPress.MailsTo(stranger));
    }

    [Fact, Trait("Spec", "4.1")]
    public async Task A_created_user_is_mailed_nothing_by_itself()
    {
        var user = await Existing();

        Assert.Empty(await WordPress.MailsTo(user.Email));
    }

    private sealed class Recorder() : DelegatingHandler(WordPressHttp.Handler())
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Routes { get; } = new();

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Routes.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
