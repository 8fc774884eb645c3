using System.Reflection;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using NetArchTest.Rules;

namespace CleanSync.Architecture.Tests;

/// <summary>The rules that keep the picture true: references point one way, and every concept has a name.</summary>
public sealed class LayeringTests
{
    private static readonly Assembly Domain = typeof(Contact).Assembly;
    private static readonly Assembly Application = typeof(IContacts).Assembly;

    [Fact]
    public void Domain_references_nothing_but_the_base_library() =>
        Assert.All(
            Domain.GetReferencedAssemblies(),
            reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal)
        );

    [Fact]
    public void Domain_does_no_IO_and_reads_no_clock()
    {
        var result = Types
            .InAssembly(Domain)
            .ShouldNot()
            .HaveDependencyOnAny(
                "System.IO",
                "System.Net.Http",
                "System.Net.Sockets",
                "System.Threading.Tasks",
                "System.TimeProvider",
                "System.Random"
            )
            .GetResult();
        Assert.Empty(result.FailingTypeNames ?? []);
    }

    [Fact]
    public void Application_knows_no_vendor_no_HTTP_and_no_SQL()
    {
        var result = Types
            .InAssembly(Application)
            .ShouldNot()
            .HaveDependencyOnAny(
                "System.Net.Http",
                "System.Data",
                "Dapper",
                "Microsoft.Data",
                "MailKit",
                "Microsoft.AspNetCore"
            )
            .GetResult();
        Assert.Empty(result.FailingTypeNames ?? []);
    }

    [Fact]
    public void Use_cases_are_sealed_and_hold_their_handler_and_validator()
    {
        var commands = Application
            .GetExportedTypes()
            .Where(type => typeof(IBaseRequest).IsAssignableFrom(type) && type.IsClass)
            .ToList();
        Assert.Contains(typeof(AddUser), commands);
        Assert.All(
            commands,
            command =>
            {
                Assert.True(command.IsSealed, command.Name);
                Assert.NotNull(command.GetNestedType("Handler", BindingFlags.NonPublic | BindingFlags.Public));
                Assert.NotNull(command.GetNestedType("Validator", BindingFlags.NonPublic));
            }
        );
    }

    [Fact, Trait("Spec", "9.5")]
    public void Nothing_but_the_registration_knows_a_mediator()
    {
        var result = Types
            .InAssemblies([Application, typeof(SiteOptions).Assembly, typeof(CleanSyncWebhookExtensions).Assembly])
            .That()
            .DoNotHaveName("ApplicationRegistration")
            .ShouldNot()
            .HaveDependencyOnAny(
                "MediatR.IMediator",
                "MediatR.Mediator",
                "MediatR.ServiceFactory",
                "MediatR.IPipelineBehavior"
            )
            .GetResult();
        Assert.Empty(result.FailingTypeNames ?? []);
    }

    [Fact, Trait("Spec", "9.5")]
    public void What_a_store_or_the_mail_needs_reaches_nobody_else()
    {
        string[] heavy =
        [
            "Npgsql",
            "DistributedLock",
            "MailKit",
            "MimeKit",
            "Microsoft.Data.Sqlite",
            "SQLitePCL",
            "Dapper",
            "dbup",
        ];
        foreach (
            var assembly in new[]
            {
                Application,
                typeof(SiteOptions).Assembly,
                typeof(CleanSyncWebhookExtensions).Assembly,
            }
        )
            Assert.All(
                assembly.GetReferencedAssemblies(),
                reference =>
                    Assert.DoesNotContain(
                        heavy,
                        name => reference.Name!.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                    )
            );
    }

    [Fact]
    public void No_folder_and_no_namespace_is_a_drawer()
    {
        string[] drawers = ["Common", "Shared", "Helpers", "Utils", "Utilities", "Core", "Models", "Services", "Misc"];
        var root = Root();
        var folders = Directory
            .EnumerateDirectories(Path.Combine(root, "src"), "*", SearchOption.AllDirectories)
            .Where(folder =>
                !folder.Contains("/bin/", StringComparison.Ordinal)
                && !folder.Contains("/obj/", StringComparison.Ordinal)
            )
            .Select(Path.GetFileName);
        Assert.Empty(folders.Intersect(drawers, StringComparer.OrdinalIgnoreCase));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CleanSync.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside the checkout.");
    }
}
