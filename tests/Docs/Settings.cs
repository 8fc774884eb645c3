using System.Collections;
using System.Globalization;
using System.Reflection;
using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Docs.Tests;

/// <summary>The tree of options, as the configuration names them.</summary>
internal static class Settings
{
    /// <summary>Each class of options with the key that it stands under, in the order of their properties: those of a site first.</summary>
    public static IReadOnlyList<SettingsSection> Sections { get; } =
    [
        .. Under(new SiteOptions(), SettingsSection.OfSite, "", []),
        .. Under(new CleanSyncOptions(), SettingsSection.OfHost, "", []),
    ];

    /// <summary>Whether there is such a setting or section.</summary>
    /// <param name="path">A key below <c>CleanSync</c>, or below a site, for instance <c>Tags:Guard:Users</c>.</param>
    public static bool Knows(string path)
    {
        var keys = path.Split(':').SkipWhile((key, i) => i == 0 && key == CleanSyncOptions.Key).ToArray();
        return Leads(typeof(CleanSyncOptions), keys) || Leads(typeof(SiteOptions), keys);
    }

    /// <summary>The one that stands there; null when there is none.</summary>
    /// <param name="path">A key below <c>CleanSync</c>, or below a site.</param>
    public static Setting? Find(string path) =>
        Sections.SelectMany(section => section.Settings).FirstOrDefault(setting => setting.Key == path);

    /// <summary>A value as JSON says it, without quotes; null for none.</summary>
    public static string? Written(object? value) =>
        value switch
        {
            null or "" => null,
            string text => text,
            bool flag => flag ? "true" : "false",
            TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
            IEnumerable items => Written(string.Join(", ", items.Cast<object>())),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };

    private static IEnumerable<SettingsSection> Under(object options, string root, string prefix, MemberInfo[] about)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
        yield return new SettingsSection(
            root,
            prefix.TrimEnd(':'),
            about,
            [
                .. properties
                    .Where(property => !IsSection(property) && !IsSites(property))
                    .Select(property => new Setting(prefix + property.Name, property, property.GetValue(options))),
            ]
        );
        foreach (var property in properties.Where(IsSection))
        {
            var inner =
                property.PropertyType == typeof(IDictionary<string, FieldOptions>)
                    ? Under(
                        new FieldOptions(),
                        root,
                        $"{prefix}{property.Name}:(target):",
                        [property, typeof(FieldOptions)]
                    )
                    : Under(property.GetValue(options)!, root, $"{prefix}{property.Name}:", [property.PropertyType]);
            foreach (var section in inner)
                yield return section;
        }
    }

    private static bool IsSection(PropertyInfo property) =>
        property.PropertyType == typeof(IDictionary<string, FieldOptions>) || IsOptions(property.PropertyType);

    // A part of their own.
    private static bool IsSites(PropertyInfo property) =>
        property.PropertyType == typeof(IDictionary<string, SiteOptions>);

    private static bool IsOptions(Type type) => type.IsClass && type.Namespace == typeof(CleanSyncOptions).Namespace;

    private static bool Leads(Type type, ReadOnlySpan<string> keys)
    {
        if (keys.IsEmpty)
            return true;
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) || type.Name == "IDictionary`2")
            return Leads(type.GetGenericArguments()[^1], keys[1..]);
        return IsOptions(type)
            && type.GetProperty(keys[0], BindingFlags.Public | BindingFlags.Instance) is { } property
            && Leads(property.PropertyType, keys[1..]);
    }
}

/// <summary>A class of options.</summary>
/// <param name="Root">Below which key it stands: <see cref="OfSite"/> or <see cref="OfHost"/>.</param>
/// <param name="Key">Its key below that; empty for the settings that stand there themselves.</param>
/// <param name="About">Whose summaries say what it is for.</param>
/// <param name="Settings">Its settings; those that are classes again have sections of their own.</param>
internal sealed record SettingsSection(
    string Root,
    string Key,
    IReadOnlyList<MemberInfo> About,
    IReadOnlyList<Setting> Settings
)
{
    public const string OfSite = "CleanSync:Sites:(site)";

    public const string OfHost = CleanSyncOptions.Key;
}

/// <summary>A setting.</summary>
/// <param name="Key">Its key below the root.</param>
/// <param name="Property">Where it is kept.</param>
/// <param name="Default">What a fresh instance has.</param>
internal sealed record Setting(string Key, PropertyInfo Property, object? Default)
{
    /// <summary>What it holds; of a list, what its items are.</summary>
    public Type Type
    {
        get
        {
            var type = IsList ? Property.PropertyType.GetGenericArguments()[0] : Property.PropertyType;
            return Nullable.GetUnderlyingType(type) ?? type;
        }
    }

    public bool IsList => Property.PropertyType.Name == "IList`1";

    // The attribute is known to the packages alone.
    public bool IsSecret => Property.CustomAttributes.Any(mark => mark.AttributeType.Name == "SecretAttribute");
}
